import { EngineError } from '../../client/engineError.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Parts } from '../parts.ts';

/** Where the session that a command is for runs; `undefined` when nobody picked one. Rejects when it does not run. */
export async function runningEnvironment(
  { connection, picker }: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
  title: string,
): Promise<(OperationOutput<'session.environment'> & { readonly sessionName: string }) | undefined> {
  const session = await picker.pick(given, 'attach', title);
  if (session === undefined) return undefined;
  const environment = await (await connection.client()).call('session.environment', { session: session.id });
  if (!environment.isRunning)
    throw EngineError.of(
      'not-in-this-state',
      `The container of "${session.name}" does not run. Resume the session first.`,
    );
  return { ...environment, sessionName: session.name };
}
