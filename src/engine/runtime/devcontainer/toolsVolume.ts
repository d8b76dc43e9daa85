import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { places } from '../contract.ts';
import { archive, type ArchiveEntry } from './archive.ts';
import { type Docker, statusOf } from './docker.ts';
import { dockerFailure } from './failures.ts';
import { SharedWork } from './sharedWork.ts';

/** How long another engine may take to fill the volume before its filler counts as abandoned, in milliseconds. */
const abandonedAfterMs = 20_000;

const oldAfterMs = 24 * 3_600_000;

/**
 * The volume with our scripts, one for each content of the tools folder, shared by all sessions of all engines on a daemon and never
 * removed with one of them. It is filled through a container that is never started. That container is made before the volume and
 * removed after the filling, so a volume without it is whole.
 */
export class ToolsVolume {
  readonly #docker: Docker;
  readonly #folder: string;
  readonly #filling = new SharedWork<never>();

  constructor(docker: Docker, folder: string) {
    this.#docker = docker;
    this.#folder = folder;
  }

  /** The name of the volume, which is there and whole then. `image` is any image that the daemon has. */
  async ensure(image: string, signal: AbortSignal): Promise<string> {
    const entries = await readTools(this.#folder);
    const name = nameOf(entries);
    try {
      if (await this.#isWhole(name, signal)) return name;
      const fill = (_: unknown, stop: AbortSignal): Promise<void> => this.#fill({ name, image, entries }, stop);
      await this.#filling.join(name, fill, () => undefined, signal);
      return name;
    } catch (error) {
      throw dockerFailure(error, signal);
    }
  }

  /**
   * Removes what other versions have left: volumes of tools that no container uses (Docker keeps those that one does), older than a
   * day, so that none goes that was made for a container to come. Never rejects.
   */
  async removeOld(signal: AbortSignal): Promise<void> {
    try {
      const current = nameOf(await readTools(this.#folder));
      for (const { name, createdAt = '' } of await this.#docker.volumes(['flotilla.tools'], signal)) {
        const isOld = Date.now() - Date.parse(createdAt) > oldAfterMs;
        if (name === current || !isOld || signal.aborted) continue;
        await this.#docker.removeVolume(name).catch(() => undefined);
      }
    } catch {
      // Nothing depends on it: the next engine tries again.
    }
  }

  async #isWhole(name: string, signal: AbortSignal): Promise<boolean> {
    const label = `flotilla.tools=${name}`;
    // The volume first: it is never there before its filler.
    const volumes = await this.#docker.volumes([label], signal);
    if (volumes.length === 0) return false;
    return (await this.#docker.containers([label], signal)).length === 0;
  }

  async #fill(tools: { name: string; image: string; entries: ArchiveEntry[] }, signal: AbortSignal): Promise<void> {
    const since = performance.now();
    while (!(await this.#isWhole(tools.name, signal))) {
      throwIfCancelled(signal);
      const isAbandoned = performance.now() - since > abandonedAfterMs;
      const filler =
        (await this.#createFiller(tools.name, tools.image)) ??
        (isAbandoned ? await this.#findFiller(tools.name, signal) : undefined);
      if (filler !== undefined) {
        await this.#docker.putArchive(filler, places.tools, await archive(tools.entries));
        await this.#docker.removeContainer(filler);
        return;
      }
      await sleep(100, signal);
    }
  }

  /** `undefined` when another engine is at it. */
  async #createFiller(name: string, image: string): Promise<string | undefined> {
    const labels = { 'flotilla.tools': name };
    try {
      const volumes = [{ name, path: places.tools, labels }];
      return await this.#docker.createHelper({
        name: `${name}-filler`,
        image,
        command: ['sh'],
        volumes,
        capabilities: [],
        labels,
      });
    } catch (error) {
      if (statusOf(error) === 409) return undefined;
      throw error;
    }
  }

  async #findFiller(name: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#docker.containers([`flotilla.tools=${name}`], signal))[0]?.id;
  }
}

const nameOf = (entries: readonly ArchiveEntry[]): string => `flotilla-tools-${shortHash(JSON.stringify(entries), 16)}`;

async function readTools(folder: string): Promise<ArchiveEntry[]> {
  const names = (await readdir(folder)).sort();
  if (names.length === 0)
    throw new FlotillaError('internal', `The folder ${folder} holds no scripts: Flotilla's installation is damaged.`);
  return await Promise.all(
    names.map(async (name) => ({
      path: name,
      content: await readFile(path.join(folder, name), 'utf8'),
      mode: name.endsWith('.sh') ? 0o755 : 0o644,
    })),
  );
}
