import type { EngineClient } from '../../client/engineClient.ts';
import { requireTrust } from '../trust.ts';
import { pickEnvironment } from './pickEnvironment.ts';

/** Takes an environment that no session owns back as a session. Gives the session's id. */
export async function adoptEnvironment(client: EngineClient, given: unknown): Promise<string | undefined> {
  requireTrust();
  const sessionId =
    typeof given === 'string'
      ? given
      : (await pickEnvironment(client, 'Take Back an Environment', ({ adoptable }) => adoptable))?.sessionId;
  if (sessionId === undefined) return undefined;
  return (await client.call('orphan.adopt', { sessionId })).session.id;
}
