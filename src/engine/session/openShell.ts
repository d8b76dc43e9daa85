import type { Session } from '../../protocol/session.ts';
import type { TerminalSize } from '../../protocol/terminal.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Exec, Runtime } from '../runtime/contract.ts';

/** The best shell that there is inside. */
const command = ['sh', '-c', 'command -v bash >/dev/null && exec bash; exec sh'] as const;
const variables = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' } as const;

/** Opens a shell in a session's environment. Rejects with `environment-gone`, or `not-in-this-state` when it does not run. */
export async function openShell(options: {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly size: TerminalSize;
  readonly signal: AbortSignal;
}): Promise<Exec> {
  const { session, runtime, size, signal } = options;
  const environment = session.environment && (await runtime.find(session.id, signal));
  if (environment === undefined)
    throw new FlotillaError('environment-gone', `"${session.name}" has no environment now.`);
  if ((await environment.status(signal)) !== 'running')
    throw new FlotillaError(
      'not-in-this-state',
      `The environment of "${session.name}" does not run. Resume the session first.`,
    );
  return environment.exec({ command, variables, tty: { cols: size.cols, rows: size.rows } }, signal);
}
