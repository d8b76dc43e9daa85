import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Check } from '../../../protocol/operations.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import type { Closable } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { Environment, EnvironmentEvent, EnvironmentSpec, FoundEnvironment, Report, Runtime } from '../contract.ts';
import { Docker } from './docker.ts';
import { dockerChecks } from './dockerChecks.ts';
import { clientVariables, contextEndpoint } from './dockerEndpoint.ts';
import { EventWatch } from './eventWatch.ts';
import { dockerFailure } from './failures.ts';
import { ForeignImages } from './foreignImages.ts';
import { Inventory } from './inventory.ts';
import { LateRemovals } from './lateRemovals.ts';
import { OwnImage } from './ownImage.ts';
import { Provisioning } from './provisioning.ts';
import { ToolsVolume } from './toolsVolume.ts';

export interface DevcontainerRuntimeOptions {
  readonly log: Log;
  /** Holds `image/Dockerfile` and `tools/*.sh`. */
  readonly mediaFolder: string;
  /** Path of @devcontainers/cli's `devcontainer.js`. */
  readonly devcontainerCli: string;
  /** For what can be made again at any time. */
  readonly cacheFolder: string;
  /** What Flotilla's own image starts from, when not from its Dockerfile's default. */
  readonly baseImage?: string | undefined;
  /** Tells this engine's things in Docker from those of another engine: a text of its own for each data folder. */
  readonly labelScope: string;
  /** The private IPv4 range that sessions' networks are cut out of. */
  readonly networkPool?: string | undefined;
}

interface Making {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

/** Sessions in dev containers on the user's Docker. */
export class DevcontainerRuntime implements Runtime {
  readonly kind = 'devcontainer';
  readonly #docker: Docker;
  readonly #inventory: Inventory;
  readonly #provisioning: Provisioning;
  readonly #events: EventWatch;
  readonly #lateRemovals: LateRemovals;
  readonly #making = new Map<string, Making>();
  readonly #closing = new AbortController();
  readonly #tidying: Promise<void>;

  static async open(options: DevcontainerRuntimeOptions): Promise<DevcontainerRuntime> {
    await mkdir(options.cacheFolder, { recursive: true });
    return new DevcontainerRuntime(options, await contextEndpoint());
  }

  private constructor(options: DevcontainerRuntimeOptions, endpoint: string | undefined) {
    const { mediaFolder, labelScope, baseImage, cacheFolder, log } = options;
    const docker = new Docker(endpoint);
    const client = clientVariables(endpoint);
    const tools = new ToolsVolume(docker, path.join(mediaFolder, 'tools'));
    this.#tidying = tools.removeOld(this.#closing.signal);
    this.#docker = docker;
    this.#lateRemovals = new LateRemovals(log);
    this.#inventory = new Inventory(docker, labelScope);
    this.#events = new EventWatch(docker, labelScope, log);
    this.#provisioning = new Provisioning({
      docker,
      cli: { script: options.devcontainerCli, cacheFolder, clientVariables: client },
      ownImage: new OwnImage(docker, { folder: path.join(mediaFolder, 'image'), baseImage }),
      foreignImages: new ForeignImages(docker, client),
      tools,
      inventory: this.#inventory,
      networkPool: options.networkPool ?? '10.213.0.0/16',
      lateRemovals: this.#lateRemovals,
      log,
    });
  }

  async check(signal: AbortSignal): Promise<Check[]> {
    return await dockerChecks(this.#docker, signal);
  }

  async provision(spec: EnvironmentSpec, report: Report, signal: AbortSignal): Promise<Environment> {
    throwIfCancelled(signal);
    // Of two that are asked for at once the second begins after the first, and finds it.
    for (let other = this.#making.get(spec.sessionId); other; other = this.#making.get(spec.sessionId))
      await other.ended;
    const stop = new AbortController();
    const making = this.#provisioning.provision(spec, report, AbortSignal.any([signal, stop.signal]));
    const entry = { stop, ended: making.catch(() => undefined) };
    this.#making.set(spec.sessionId, entry);
    try {
      return await making;
    } finally {
      if (this.#making.get(spec.sessionId) === entry) this.#making.delete(spec.sessionId);
    }
  }

  async find(sessionId: string, signal: AbortSignal): Promise<Environment | undefined> {
    return await asked(this.#inventory.find(sessionId, signal), signal);
  }

  async list(signal: AbortSignal): Promise<FoundEnvironment[]> {
    return await asked(this.#inventory.list(signal), signal);
  }

  async discard(sessionId: string, signal: AbortSignal): Promise<string[]> {
    throwIfCancelled(signal);
    const making = this.#making.get(sessionId);
    making?.stop.abort();
    await making?.ended;
    return await asked(this.#inventory.discard(sessionId), signal);
  }

  watch(listener: (event: EnvironmentEvent) => void): Closable {
    return this.#events.listen(listener);
  }

  /** Ends what is under way. Environments stay as they are. */
  async close(): Promise<void> {
    this.#events.close();
    this.#lateRemovals.close();
    this.#closing.abort();
    await this.#tidying;
    for (const { stop } of this.#making.values()) stop.abort();
    await Promise.all([...this.#making.values()].map(({ ended }) => ended));
  }
}

async function asked<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw dockerFailure(error, signal);
  }
}
