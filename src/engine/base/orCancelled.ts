import { cancelled, throwIfCancelled } from './errors.ts';

/** Waits for what a promise stands for; rejects with `cancelled` as soon as the signal fires, and that goes on without whoever waited. */
export async function orCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfCancelled(signal);
  const left = Promise.withResolvers<never>();
  const leave = (): void => {
    left.reject(cancelled());
  };
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([promise, left.promise]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
