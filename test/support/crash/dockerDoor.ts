import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

const daemon = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');

/** A socket through which one engine reaches Docker. Closed, that engine sees what it sees while the daemon restarts; nobody else notices. */
export class DockerDoor {
  readonly path: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  /** Open at once. */
  constructor(path: string) {
    this.path = path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const beyond = connect({ path: daemon, allowHalfOpen: true });
      socket.pipe(beyond).pipe(socket);
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
    this.#server.listen(path);
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
}
