import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Where the machine's own Docker is reached. */
export const dockerSocket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');

/** A socket by which one side reaches another. Closed, it sees what it sees while the other is away; nobody else notices. */
export class SocketDoor {
  readonly path: string;
  /** Bytes that came back from the other side so far. */
  cameBack = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #kept: { readonly pattern: RegExp; readonly come: () => void } | undefined;

  /** Open at once, to everybody who reaches its folder. */
  constructor(path: string, goal: string) {
    this.path = path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const beyond = connect({ path: goal, allowHalfOpen: true });
      beyond.on('data', (chunk) => (this.cameBack += chunk.length));
      socket.pipe(this.#gate()).pipe(beyond).pipe(socket);
      for (const [one, other] of [
        [socket, beyond],
        [beyond, socket],
      ] as const) {
        this.#open.add(one);
        one.on('error', () => undefined);
        one.once('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    });
    this.#server.on('listening', () => {
      chmodSync(path, 0o666);
    });
    this.#server.listen(path);
  }

  /** Keeps back the next request that matches, with all that follows on its connection. Settles when it has come. */
  keepBack(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#kept = { pattern, come: resolve };
    });
  }

  async open(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
  }

  /** Breaks every connection; new ones are refused. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
    rmSync(this.path, { force: true });
  }

  /** What one side says, on its way to the other. */
  #gate(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.#kept?.pattern.test(chunk.toString('latin1')) !== true) {
          done(undefined, chunk);
          return;
        }
        this.#kept.come();
        this.#kept = undefined;
      },
    });
  }
}
