import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { Tail } from '../../base/tail.ts';
import { archive } from './archive.ts';
import type { Docker } from './docker.ts';
import { buildMessage } from './dockerTypes.ts';
import { dockerFailure, failureOf } from './failures.ts';
import { readMessages } from './messageStream.ts';
import { SharedWork } from './sharedWork.ts';

/** How far something is: 0 to 1, and the newest line of its output. */
export interface Advance {
  readonly part: number;
  readonly line: string;
}

export interface ImageOptions {
  /** Holds `Dockerfile`. */
  readonly folder: string;
  /** What the Dockerfile starts from, when not from its own default. */
  readonly baseImage?: string | undefined;
}

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/**
 * Flotilla's Claude Code image, built through the Engine API when the daemon doesn't have it. Its tag is a hash of all that goes into
 * it, so a changed Dockerfile or other certificates make another image, and sessions that start together share one build.
 */
export class OwnImage {
  readonly #docker: Docker;
  readonly #options: ImageOptions;
  readonly #builds = new SharedWork<Advance>();

  constructor(docker: Docker, options: ImageOptions) {
    this.#docker = docker;
    this.#options = options;
  }

  /**
   * The name of the image, which exists then. `certificates` is a PEM file on the host. Rejects with `image-build-failed`,
   * `image-unavailable` (what it is based on), `disk-full` or `config-invalid` (unreadable certificates).
   */
  async ensure(
    certificates: string | undefined,
    report: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<string> {
    const [dockerfile, pem] = await Promise.all([
      readFile(path.join(this.#options.folder, 'Dockerfile'), 'utf8'),
      certificates === undefined ? '' : readCertificates(certificates),
    ]);
    const base = this.#options.baseImage;
    const args = base === undefined ? {} : { BASE_IMAGE: base };
    const tag = `flotilla/claude-code:${shortHash(JSON.stringify([dockerfile, pem, args]), 16)}`;
    if (await this.#has(tag, signal)) return tag;
    const work = (tell: (advance: Advance) => void, stop: AbortSignal): Promise<void> =>
      this.#build({ dockerfile, pem, args, tag }, tell, stop);
    await this.#builds.join(tag, work, report, signal);
    return tag;
  }

  async #has(tag: string, signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.#docker.image(tag)) !== undefined;
    } catch (error) {
      throw dockerFailure(error, signal);
    }
  }

  async #build(recipe: Recipe, tell: (advance: Advance) => void, signal: AbortSignal): Promise<void> {
    const log = new BuildLog(tell);
    try {
      const context = await archive([
        { path: 'Dockerfile', content: recipe.dockerfile, mode: 0o644 },
        { path: 'certificates.pem', content: recipe.pem, mode: 0o644 },
      ]);
      const labels = { 'flotilla.image': 'claude-code' };
      const args = { ...recipe.args, ...hostProxies() };
      const stream = await this.#docker.build(context, { tag: recipe.tag, args, labels }, signal);
      await readMessages(stream, buildMessage, (message) => log.add(message), signal);
    } catch (error) {
      throw dockerFailure(error, signal);
    }
    throwIfCancelled(signal);
    if (log.error !== undefined || (await this.#docker.image(recipe.tag)) === undefined) throw log.failure();
  }
}

interface Recipe {
  readonly dockerfile: string;
  readonly pem: string;
  readonly args: Record<string, string>;
  readonly tag: string;
}

/** What a build says, and how far it is by that. */
class BuildLog {
  readonly #tell: (advance: Advance) => void;
  readonly #tail = new Tail();
  #part = 0;
  error: string | undefined;

  constructor(tell: (advance: Advance) => void) {
    this.#tell = tell;
  }

  add(message: z.output<typeof buildMessage>): void {
    if (message.error !== undefined) this.error = message.error;
    const text = message.stream ?? message.status ?? message.error ?? '';
    this.#tail.write(message.stream === undefined ? `${text}\n` : text);
    const line = text.trim();
    if (line === '') return;
    const step = /^Step (\d+)\/(\d+) :/.exec(line);
    if (step !== null) this.#part = Math.max(this.#part, (Number(step[1]) - 1) / Number(step[2]));
    this.#tell({ part: this.#part, line: line.slice(-500) });
  }

  failure(): FlotillaError {
    const lines = this.#tail.lines(30);
    const text = /no space left on device/i.test(lines) ? 'no space left on device' : (this.error ?? '');
    const message =
      "Flotilla's image could not be built. The last lines of the build say why; behind a proxy, name its certificates.";
    const { code, message: sentence } = failureOf(text, { code: 'image-build-failed', message });
    return new FlotillaError(code, sentence, { detail: lines });
  }
}

async function readCertificates(file: string): Promise<string> {
  try {
    const pem = await readFile(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (cause) {
    throw new FlotillaError('config-invalid', `The certificates in ${file} can't be read. Name a PEM file.`, { cause });
  }
  throw new FlotillaError('config-invalid', `${file} holds no certificates. Name a PEM file.`);
}

/** Docker knows these build arguments without a declaration and keeps them out of the image and its history. */
function hostProxies(): Record<string, string> {
  const set = proxyVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}
