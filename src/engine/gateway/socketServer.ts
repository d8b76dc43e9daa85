import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { type RequestListener, type Server, createServer } from 'node:http';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';

/** macOS takes paths of 103 bytes and a final zero; Linux takes four more. */
const maxPathBytes = 103;
/** Connections of one session at a time; Claude Code and its sub-agents use a few. */
const maxConnections = 256;

/**
 * Serves HTTP on `<folder>/api.sock`, reachable by every user who can reach the folder. The socket is made and opened up in a
 * private folder next to it and then moved into place: a session that can write the folder must not be able to put a link there
 * and so have the host change another file's mode. What stood there is replaced. Rejects with `config-invalid` for a path that
 * is too long.
 */
export async function serveSocket(folder: string, listener: RequestListener): Promise<Closable> {
  const place = path.join(folder, 'api.sock');
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 0, keepAliveTimeout: 65_000 }, listener);
  server.maxConnections = maxConnections;
  const made = await mkdtemp(path.join(path.dirname(folder), 'g-'));
  try {
    const first = path.join(made, 's');
    requireShort(place);
    requireShort(first);
    await listen(server, first);
    await chmod(first, 0o666);
    await chmod(folder, 0o755);
    await rename(first, place);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return { close: () => stop(server, place) };
}

function requireShort(place: string): void {
  if (Buffer.byteLength(place) <= maxPathBytes) return;
  throw new FlotillaError(
    'config-invalid',
    `The folder for Flotilla's data is too deep: a socket's path may have ${maxPathBytes} bytes. Set FLOTILLA_HOME to a shorter path.`,
    { detail: place },
  );
}

const listen = (server: Server, place: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });

async function stop(server: Server, place: string): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
  await rm(place, { force: true });
}
