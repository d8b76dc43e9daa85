import path from 'node:path';
import { connect } from '../client/connect.ts';
import { readCredentials } from '../client/credentials.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { folders } from '../client/folders.ts';
import type { EngineDoor } from './engineDoor.ts';
import { type Installation, engineEntry } from './installation.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The door to the user's engine: finds it, starts it when wished, and hands it the credential of this environment. */
export function connectEngine(env: Environment, installation: Installation): EngineDoor {
  const place = folders(env);
  const handIn = async (engine: EngineClient): Promise<void> => {
    const credentials = await readCredentials(env, place.config);
    if (credentials !== undefined) await engine.call('credentials.set', credentials);
  };
  return {
    logFile: path.join(place.log, 'engine.log'),
    connect: (wishes = {}) =>
      connect({
        face: 'cli',
        start: wishes.start ?? 'if-needed',
        engineEntry: engineEntry(installation),
        version: installation.version,
        env,
        ...(wishes.credentials !== false ? { onEngine: handIn } : {}),
      }),
  };
}
