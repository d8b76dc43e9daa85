import { z } from 'zod';
import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import type { Docker } from './docker.ts';
import { dockerFailure, failureOf } from './failures.ts';
import { readMessages } from './messageStream.ts';
import type { Advance } from './ownImage.ts';
import { SharedWork } from './sharedWork.ts';

const pullSchema = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
});

/** Images that the user named: pulled when the daemon doesn't have them, once for all who ask. */
export class ForeignImages {
  readonly #docker: Docker;
  readonly #pulls = new SharedWork<Advance>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** The image exists then. Rejects with `image-unavailable` or `disk-full`. */
  async ensure(name: string, report: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    try {
      if ((await this.#docker.image(name)) !== undefined) return;
    } catch (error) {
      throw dockerFailure(error, signal);
    }
    await this.#pulls.join(name, (tell, stop) => this.#pull(name, tell, stop), report, signal);
  }

  async #pull(name: string, tell: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    const layers = new Map<string, boolean>();
    let failed: string | undefined;
    try {
      const stream = await this.#docker.pull(name, signal);
      const onMessage = (message: z.output<typeof pullSchema>): void => {
        failed = message.error ?? failed;
        const { id, status = '', progress = '' } = message;
        if (id !== undefined) layers.set(id, /complete|exists/i.test(status));
        const done = [...layers.values()].filter(Boolean).length;
        tell({ part: layers.size === 0 ? 0 : done / layers.size, line: `${status} ${progress}`.trim().slice(0, 500) });
      };
      await readMessages(stream, pullSchema, onMessage, signal);
    } catch (error) {
      throwIfCancelled(signal);
      const text = error instanceof Error ? error.message : '';
      throw failureOf(`image ${name}: ${text}`, unavailable(name), error);
    }
    throwIfCancelled(signal);
    if (failed !== undefined) throw failureOf(failed, unavailable(name));
    if ((await this.#docker.image(name)) === undefined)
      throw new FlotillaError('image-unavailable', unavailable(name).message);
  }
}

const unavailable = (name: string): { code: 'image-unavailable'; message: string } => ({
  code: 'image-unavailable',
  message: `The image ${name} can't be had. Check its name, pull it by hand with "docker pull ${name}", or leave the image out to use Flotilla's own.`,
});
