import type { Session } from '../../protocol/session.ts';
import type { TerminalSize } from '../../protocol/terminal.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Exec, Runtime } from '../runtime/contract.ts';

/** Opens a terminal on the Claude of an interactive session. */
export async function openTerminal(options: {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly command: readonly [string, ...string[]];
  readonly size: TerminalSize;
  readonly signal: AbortSignal;
}): Promise<Exec> {
  const { session, runtime, command, size, signal } = options;
  if (session.mode !== 'interactive')
    throw new FlotillaError(
      'not-in-this-state',
      `"${session.name}" runs by itself and has no terminal. Follow its log, or resume it interactively to take over.`,
    );
  if (session.state !== 'running' && session.state !== 'waiting')
    throw new FlotillaError('not-in-this-state', `"${session.name}" is ${session.state}. Resume it first.`);
  const environment = await runtime.find(session.id, signal);
  if (environment === undefined)
    throw new FlotillaError('environment-gone', `The environment of "${session.name}" no longer exists.`);
  return environment.exec({ command, tty: { cols: size.cols, rows: size.rows } }, signal);
}
