import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Actor } from '../protocol/actor.ts';
import { EngineClient, type EngineLink } from './engineClient.ts';
import { EngineFinder, type FinderOptions } from './engineFinder.ts';
import { EngineHttp } from './engineHttp.ts';
import { folders, socketPath } from './folders.ts';

export interface ConnectOptions extends FinderOptions {
  readonly face: Actor['face'];
  /** Told, with a client that works, of the first engine and of every other one after it: hand over the credentials here. */
  readonly onEngine?: ((client: EngineClient) => void | Promise<void>) | undefined;
}

/**
 * Connects to the user's engine, starting one when there is none and `start` allows it. An older one is asked to finish its
 * operations and step aside. Rejects with `EngineError`.
 */
export async function connect(options: ConnectOptions): Promise<EngineClient> {
  const place = folders(options.env);
  const actor: Actor = { face: options.face, user: userName() };
  const http = new EngineHttp(socketPath(place), {
    'x-flotilla-actor': asciiJson(actor),
    'x-flotilla-face': randomUUID(),
  });
  const finder = new EngineFinder(options, place, http);
  const connected: { client?: EngineClient } = {};
  const link: EngineLink = {
    http,
    finder,
    socketPath: socketPath(place),
    onEngine: () => (connected.client === undefined ? undefined : options.onEngine?.(connected.client)),
  };
  try {
    const client = new EngineClient(link, await finder.find());
    connected.client = client;
    await options.onEngine?.(client);
    return client;
  } catch (error) {
    http.close();
    throw error;
  }
}

function userName(): string {
  try {
    return userInfo().username || 'unknown';
  } catch {
    // A container's user may have no entry in the password file.
    return `uid ${process.getuid?.() ?? 0}`;
  }
}

/** Headers carry Latin-1 at most. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
