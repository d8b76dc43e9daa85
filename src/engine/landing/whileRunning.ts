import { FlotillaError } from '../base/errors.ts';
import type { Environment } from '../runtime/contract.ts';

/** Milliseconds between two looks at the environment, and for one. */
const lookEvery = 5000;
const lookTimeout = 30_000;

/**
 * Runs something long in an environment. Rejects with `environment-gone` when that has ended meanwhile, even if the stream into it never does:
 * a container that is killed at the wrong moment may leave one open.
 */
export async function whileRunning<T>(
  environment: Pick<Environment, 'status'>,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  const look = async (): Promise<void> => {
    // An error says nothing about the environment: Docker may be restarting.
    const status = await environment.status(AbortSignal.timeout(lookTimeout)).catch(() => 'running' as const);
    if (status !== 'running') gone.reject(ended());
  };
  const timer = setInterval(() => void look(), lookEvery);
  try {
    return await Promise.race([work(AbortSignal.any([signal, over.signal])), gone.promise]);
  } finally {
    clearInterval(timer);
    over.abort();
  }
}

const ended = (): FlotillaError =>
  new FlotillaError(
    'environment-gone',
    "The session's environment ended in the middle of its landing: continue to go on.",
  );
