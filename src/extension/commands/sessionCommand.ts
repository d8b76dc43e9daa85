import type { EngineClient } from '../../client/engineClient.ts';
import type { Session } from '../../protocol/session.ts';
import type { CommandAction } from '../commandRegistry.ts';
import type { SessionAction } from '../model/actions.ts';
import type { Parts } from '../parts.ts';

export type SessionCommandParts = Pick<Parts, 'connection' | 'picker' | 'model'>;

/** What a command does with its session. `more` is whatever else it was given. */
export interface SessionCommand {
  readonly title: string;
  /** The sessions to pick from are those for which this makes sense. */
  readonly action?: SessionAction | undefined;
  readonly run: (session: Session, client: EngineClient, more: unknown) => Promise<unknown>;
}

/** A command for one session: the one it was given, or the one that is picked. */
export const sessionCommand =
  ({ connection, picker }: SessionCommandParts, { title, action, run }: SessionCommand): CommandAction =>
  async (given, more) => {
    const session = await picker.pick(given, action, title);
    return session === undefined ? undefined : run(session, await connection.client(), more);
  };
