import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';

/** The end of the engine's life: begins once, for one reason. */
export interface Ending extends Closable {
  readonly begun: Promise<{ why: string; code: number }>;
  begin(why: string, code: number): void;
}

/** Milliseconds that an orderly end may take before the process ends as it is; what was stored is safe either way. */
const longestEndMs = 40_000;
const failedCode = 70;

/**
 * Listens for what ends the engine: SIGTERM and SIGINT (the second one ends it at once) and errors that nobody caught. A closed
 * terminal (SIGHUP) does not: the engine belongs to no terminal.
 */
export function endings(log: Log): Ending {
  const { promise, resolve } = Promise.withResolvers<{ why: string; code: number }>();
  let isBegun = false;
  const begin = (why: string, code: number): void => {
    if (isBegun) return;
    isBegun = true;
    setTimeout(() => process.exit(code || failedCode), longestEndMs).unref();
    resolve({ why, code });
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isBegun) process.exit(failedCode);
    begin(`it got ${signal}`, 0);
  };
  const onError = (error: unknown): void => {
    log.error('An error that nobody caught ends the engine', { error });
    begin('of an internal error', failedCode);
  };
  const ignore = (): void => undefined;
  const listeners = { SIGTERM: onSignal, SIGINT: onSignal, SIGHUP: ignore } as const;
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  process.on('uncaughtException', onError).on('unhandledRejection', onError);
  return {
    begun: promise,
    begin,
    close: () => {
      for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
      process.off('uncaughtException', onError).off('unhandledRejection', onError);
    },
  };
}
