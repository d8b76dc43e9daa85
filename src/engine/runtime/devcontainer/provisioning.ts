import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../../base/clock.ts';
import { FlotillaError, isCancelled, messageOf, throwIfCancelled } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type EnvironmentSpec, places, type Report } from '../contract.ts';
import { configurationText } from './configuration.ts';
import { type DevcontainerCliOptions, devcontainerUp } from './devcontainerCli.ts';
import { DevcontainerEnvironment } from './devcontainerEnvironment.ts';
import type { Docker } from './docker.ts';
import { parseOwner } from './environmentFiles.ts';
import { dockerFailure } from './failures.ts';
import type { ForeignImages } from './foreignImages.ts';
import { prepareForeignImage } from './foreignPreparation.ts';
import type { Inventory } from './inventory.ts';
import type { Advance, OwnImage } from './ownImage.ts';
import { ProvisionSteps } from './provisionSteps.ts';
import { createSessionNetwork } from './sessionNetwork.ts';
import type { ToolsVolume } from './toolsVolume.ts';

export interface ProvisioningParts {
  readonly docker: Docker;
  readonly cli: DevcontainerCliOptions;
  readonly ownImage: OwnImage;
  readonly foreignImages: ForeignImages;
  readonly tools: ToolsVolume;
  readonly inventory: Inventory;
  /** The private range that sessions' networks are cut out of. */
  readonly networkPool: string;
  readonly log: Log;
}

/** Which part of a session's start each step takes; the session's own steps take the rest. */
const imagePart = 0.5;
const containerStart = 0.55;
const containerEnd = 0.8;
/** A killed client's request may still be at work in the daemon: when to look again for what came of it, in milliseconds. */
const lateAfterMs = [150, 350, 700];

/** Makes environments: image, volumes and network, then the container through `devcontainer up`. */
export class Provisioning {
  readonly #parts: ProvisioningParts;

  constructor(parts: ProvisioningParts) {
    this.#parts = parts;
  }

  /** Rejects with `not-in-this-state`, touching nothing, when the session has something already. */
  async provision(spec: EnvironmentSpec, report: Report, signal: AbortSignal): Promise<DevcontainerEnvironment> {
    await this.#refuseExisting(spec.sessionId, signal);
    const steps = new ProvisionSteps(report);
    const state = { mayComeLate: false };
    try {
      const image = await this.#image(spec, steps, signal);
      const surroundings = await this.#surroundings(spec, image, steps, signal);
      state.mayComeLate = true;
      const id = await this.#up(spec, { image, ...surroundings }, steps, signal);
      const environment = await this.#ready(spec, { image, user: surroundings.user, id }, signal);
      steps.done(containerEnd);
      return environment;
    } catch (error) {
      const failure = dockerFailure(error, signal);
      if (!isCancelled(failure)) steps.failed(messageOf(failure));
      await this.#cleanUp(spec.sessionId, state.mayComeLate);
      throw failure;
    }
  }

  async #refuseExisting(sessionId: string, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const parts = await this.#parts.inventory.parts(sessionId, signal).catch((error: unknown) => {
      throw dockerFailure(error, signal);
    });
    if (parts.length > 0)
      throw new FlotillaError(
        'not-in-this-state',
        'This session has an environment already. Resume it, or remove it first.',
        {
          detail: parts.join('\n'),
        },
      );
  }

  async #image(spec: EnvironmentSpec, steps: ProvisionSteps, signal: AbortSignal): Promise<string> {
    const onAdvance = (advance: Advance): void => {
      steps.at('image', imagePart * advance.part, advance.line);
    };
    steps.at('image', 0);
    if (spec.image === undefined) return await this.#parts.ownImage.ensure(spec.certificates, onAdvance, signal);
    await this.#parts.foreignImages.ensure(spec.image, onAdvance, signal);
    return spec.image;
  }

  /** Volumes and network, all at once. */
  async #surroundings(
    spec: EnvironmentSpec,
    image: string,
    steps: ProvisionSteps,
    signal: AbortSignal,
  ): Promise<{ user: string; toolsVolume: string }> {
    const { docker, inventory, tools, networkPool } = this.#parts;
    const names = inventory.names(spec.sessionId);
    const network = { name: names.network, labels: names.labels, pool: networkPool };
    steps.at('container', imagePart, 'Making volumes and network');
    const [details, toolsVolume] = await allSettled([
      docker.image(image),
      tools.ensure(image, signal),
      docker.createVolume(names.workspaces, names.labels),
      docker.createVolume(names.claude, names.labels),
      spec.network === 'none' ? undefined : createSessionNetwork(docker, network, signal),
      mkdir(spec.folder, { recursive: true, mode: 0o700 }),
    ]);
    throwIfCancelled(signal);
    if (details === undefined)
      throw new FlotillaError('image-unavailable', `The image ${image} is not there any more.`);
    if (spec.image === undefined) return { user: details.user, toolsVolume };
    const user = await prepareForeignImage(docker, { image, names, user: details.user }, signal);
    return { user, toolsVolume };
  }

  async #up(
    spec: EnvironmentSpec,
    made: { image: string; user: string; toolsVolume: string },
    steps: ProvisionSteps,
    signal: AbortSignal,
  ): Promise<string> {
    const names = this.#parts.inventory.names(spec.sessionId);
    const config = path.join(spec.folder, 'devcontainer.json');
    await writeFile(config, configurationText({ spec, names, ...made }), { mode: 0o600 });
    throwIfCancelled(signal);
    steps.at('container', containerStart, 'Starting the container');
    const idLabels = [
      `devcontainer.local_folder=${spec.folder}`,
      `devcontainer.config_file=${config}`,
      names.scopeLabel,
      names.sessionLabel,
    ];
    const onStep = (text: string): void => {
      steps.creep('container', containerEnd, text);
    };
    return await devcontainerUp(this.#parts.cli, { config, folder: spec.folder, idLabels }, onStep, signal);
  }

  async #ready(
    spec: EnvironmentSpec,
    made: { image: string; user: string; id: string },
    signal: AbortSignal,
  ): Promise<DevcontainerEnvironment> {
    const { docker } = this.#parts;
    const facts = { ...spec, ...made };
    const command = ['sh', '-c', 'mkdir -p -- "$1" && id -u && id -g', 'sh', spec.workspaceFolder] as const;
    const folder = await new DevcontainerEnvironment(docker, facts).run(
      { command: [...command], cwd: places.workspaces, maxBytes: 4096 },
      signal,
    );
    if (folder.exitCode !== 0)
      throw new FlotillaError('start-failed', `The workspace folder ${spec.workspaceFolder} could not be made.`, {
        detail: `${folder.stdout.toString()}${folder.stderr}`,
      });
    return new DevcontainerEnvironment(docker, facts, parseOwner(folder.stdout.toString()));
  }

  /** Never hides why it was called. */
  async #cleanUp(sessionId: string, mayComeLate: boolean): Promise<void> {
    const { inventory, log } = this.#parts;
    try {
      await inventory.discard(sessionId);
      for (const wait of mayComeLate ? lateAfterMs : []) {
        await sleep(wait);
        await inventory.discard(sessionId);
      }
    } catch (error) {
      log.error('something of a failed session stays in Docker', { session: sessionId, error });
    }
  }
}

/** Like `Promise.all`, but rejects only when nothing is under way any more: what is still being made could not be removed. */
async function allSettled<T extends readonly unknown[]>(work: [...T]): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
