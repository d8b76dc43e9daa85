import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { LineSplitter } from '../../base/lines.ts';
import { Tail } from '../../base/tail.ts';
import { SpawnError, startOnHost } from '../../process/run.ts';
import type { Docker } from './docker.ts';
import { dockerFailure, failureOf } from './failures.ts';
import type { Advance } from './ownImage.ts';
import { SharedWork } from './sharedWork.ts';

/**
 * Images that the user named: pulled when the daemon doesn't have them, once for all who ask. The user's own docker client pulls, since
 * it alone knows the logins and credential helpers of `docker login`.
 */
export class ForeignImages {
  readonly #docker: Docker;
  readonly #variables: Readonly<Record<string, string | undefined>>;
  readonly #pulls = new SharedWork<Advance>();

  /** `variables` tell the docker client which daemon it is. */
  constructor(docker: Docker, variables: Readonly<Record<string, string | undefined>>) {
    this.#docker = docker;
    this.#variables = variables;
  }

  /** The image exists then. Rejects with `image-unavailable`, `disk-full` or `docker-missing`. */
  async ensure(name: string, report: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    try {
      if ((await this.#docker.image(name)) !== undefined) return;
    } catch (error) {
      throw dockerFailure(error, signal);
    }
    await this.#pulls.join(name, (tell, stop) => this.#pull(name, tell, stop), report, signal);
  }

  async #pull(name: string, tell: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    const layers = new Layers(tell);
    const tail = new Tail();
    const command = { file: 'docker', args: ['pull', '--', name], env: this.#variables };
    const { stdin, stdout, stderr, ended } = startOnHost(command, signal);
    stdin.end();
    const lines = new LineSplitter((line) => {
      layers.add(line);
    });
    stdout.on('data', (chunk: Buffer) => {
      lines.write(chunk);
      tail.write(chunk);
    });
    stderr.on('data', (chunk: Buffer) => {
      tail.write(chunk);
    });
    const { exitCode } = await ended.catch((error: unknown) => {
      throw error instanceof SpawnError ? failureOf('spawn docker ENOENT', unavailable(name), error) : error;
    });
    throwIfCancelled(signal);
    if (exitCode !== 0) throw failureOf(tail.lines(10), unavailable(name));
    if ((await this.#docker.image(name)) === undefined)
      throw new FlotillaError('image-unavailable', unavailable(name).message);
  }
}

/** How far a pull is, by the layers that are complete: "0123456789ab: Pull complete". */
class Layers {
  readonly #isDone = new Map<string, boolean>();
  readonly #tell: (advance: Advance) => void;
  #part = 0;

  constructor(tell: (advance: Advance) => void) {
    this.#tell = tell;
  }

  add(line: string): void {
    const [, layer, status = ''] = /^([0-9a-f]{12}): (.*)$/.exec(line) ?? [];
    if (layer !== undefined)
      this.#isDone.set(layer, /complete|exists/i.test(status) && !/download|verif/i.test(status));
    const done = [...this.#isDone.values()].filter(Boolean).length;
    this.#part = Math.max(this.#part, this.#isDone.size === 0 ? 0 : done / this.#isDone.size);
    this.#tell({ part: this.#part, line: line.slice(0, 500) });
  }
}

const unavailable = (name: string): { code: 'image-unavailable'; message: string } => ({
  code: 'image-unavailable',
  message: `The image ${name} can't be had. Check its name, pull it by hand with "docker pull ${name}", or leave the image out to use Flotilla's own.`,
});
