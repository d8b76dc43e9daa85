import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorCode } from '../../../protocol/errors.ts';
import { sleep } from '../../base/clock.ts';
import { FlotillaError, isCancelled, messageOf, throwIfCancelled } from '../../base/errors.ts';
import { faultPoint } from '../../base/faultPoint.ts';
import type { Log } from '../../base/log.ts';
import { type EnvironmentSpec, places, type Report } from '../contract.ts';
import { configurationText, containerName } from './configuration.ts';
import { type DevcontainerCliOptions, devcontainerUp } from './devcontainerCli.ts';
import { DevcontainerEnvironment, type EnvironmentFacts } from './devcontainerEnvironment.ts';
import type { Docker } from './docker.ts';
import { type Owner, parseOwner } from './environmentFiles.ts';
import { dockerFailure } from './failures.ts';
import type { ForeignImages } from './foreignImages.ts';
import { prepareForeignImage } from './foreignPreparation.ts';
import type { Inventory } from './inventory.ts';
import type { LateRemovals } from './lateRemovals.ts';
import type { Advance, OwnImage } from './ownImage.ts';
import { plainImage } from './plainImage.ts';
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
  readonly lateRemovals: LateRemovals;
  readonly log: Log;
}

interface Surroundings {
  readonly user: string;
  readonly toolsVolume: string;
  readonly imageId: string;
  /** Who the user is in numbers, where that is known. */
  readonly owner: Owner | undefined;
}

type Inside = EnvironmentFacts & Surroundings;

/** Which part of a session's start each step takes; the session's own steps take the rest. */
const imagePart = 0.5;
const containerStart = 0.55;
const containerEnd = 0.8;
/** A killed client's request may still be at work in the daemon: when to look again for what came of it, in milliseconds. */
const lateAfterMs = [150, 350, 700];
/** How long a container is waited for that Docker was surely asked for, and how often it is looked for then, in milliseconds. */
const [lateWithinMs, lateRetryMs] = [5000, 250];
/** What a start fails with when nobody knows why. */
const unclear: readonly ErrorCode[] = ['start-failed', 'docker-failed'];
/** How long a daemon may take to say that it is there, in milliseconds. */
const answerWithinMs = 5000;
/** Milliseconds of three lists at once on a machine at rest, and how many times as slow a daemon is waited for at most. */
const [usualAnswerMs, mostSlowness] = [25, 8];

/** Makes environments: image, volumes and network, then the container through `devcontainer up`. */
export class Provisioning {
  readonly #parts: ProvisioningParts;
  /** The users of images that were started before, by the image's id: to ask inside takes a command. */
  readonly #owners = new Map<string, Owner>();

  constructor(parts: ProvisioningParts) {
    this.#parts = parts;
  }

  /** Rejects with `not-in-this-state`, touching nothing, when the session has something already. */
  async provision(spec: EnvironmentSpec, report: Report, signal: AbortSignal): Promise<DevcontainerEnvironment> {
    throwIfCancelled(signal);
    await this.#parts.lateRemovals.callOff(spec.sessionId, signal);
    const steps = new ProvisionSteps(report);
    const made = { any: false, up: false, run: false, cut: false };
    const since = performance.now();
    try {
      const [image] = await allSettled([
        this.#image(spec, steps, signal),
        this.#requireRoom(spec, signal),
        mkdir(spec.folder, { recursive: true, mode: 0o700 }),
      ]);
      throwIfCancelled(signal);
      made.any = true;
      const surroundings = await this.#surroundings(spec, image, steps, signal);
      made.up = true;
      faultPoint('start.volumes');
      const onRun = (): void => void (made.run = true);
      const onCut = (): void => void (made.cut = true);
      const environment = await this.#container(spec, { image, ...surroundings, onRun, onCut }, steps, signal);
      steps.done(containerEnd);
      const ms = Math.round(performance.now() - since);
      this.#parts.log.info('environment made', { session: spec.sessionId, container: environment.id, image, ms });
      return environment;
    } catch (error) {
      const failure = await this.#explained(dockerFailure(error, signal), signal);
      if (!isCancelled(failure)) steps.failed(messageOf(failure));
      if (made.any) await this.#cleanUp(spec, signal.aborted || made.cut ? made : {});
      throw failure;
    }
  }

  /** A daemon that went away while something was made shows in many ways: it is the reason, whatever was said. */
  async #explained(failure: unknown, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted || !(failure instanceof FlotillaError) || !unclear.includes(failure.code)) return failure;
    try {
      await this.#parts.docker.version(AbortSignal.timeout(answerWithinMs));
      return failure;
    } catch (error) {
      const away = dockerFailure(error);
      if (!FlotillaError.is(away, 'docker-missing')) return failure;
      return new FlotillaError(away.code, away.message, { detail: failure.detail, cause: failure });
    }
  }

  async #requireRoom({ sessionId, rebuild }: EnvironmentSpec, signal: AbortSignal): Promise<void> {
    const { inventory } = this.#parts;
    if (rebuild === true && (await inventory.find(sessionId, signal)) === undefined) {
      await inventory.discardAround(sessionId);
      return;
    }
    const parts = await inventory.parts(sessionId, signal);
    if (parts.length === 0) return;
    const message = 'This session has an environment already. Resume it, or remove it first.';
    throw new FlotillaError('not-in-this-state', message, { detail: parts.join('\n') });
  }

  async #image(spec: EnvironmentSpec, steps: ProvisionSteps, signal: AbortSignal): Promise<string> {
    const onAdvance = (advance: Advance): void => {
      steps.at('image', imagePart * advance.part, advance.line);
    };
    steps.at('image', 0);
    if (spec.image === undefined) return await this.#parts.ownImage.ensure(spec.certificates, onAdvance, signal);
    await this.#parts.foreignImages.ensure(spec.image, onAdvance, signal);
    return await plainImage(this.#parts.docker, spec.image, signal);
  }

  /** All that `up` wants to find, except the network. */
  async #surroundings(
    spec: EnvironmentSpec,
    image: string,
    steps: ProvisionSteps,
    signal: AbortSignal,
  ): Promise<Surroundings> {
    const { docker, inventory, tools } = this.#parts;
    const names = inventory.names(spec.sessionId);
    steps.at('container', imagePart, 'Making the volumes');
    const [details, toolsVolume] = await allSettled([
      docker.image(image),
      tools.ensure(image, signal),
      docker.createVolume(names.workspaces, names.labels),
      docker.createVolume(names.claude, names.labels),
    ]);
    throwIfCancelled(signal);
    if (details === undefined)
      throw new FlotillaError('image-unavailable', `The image ${image} is not there any more. Try again.`);
    const common = { toolsVolume, imageId: details.id };
    if (spec.image === undefined) return { ...common, user: details.user, owner: this.#owners.get(details.id) };
    return { ...common, ...(await prepareForeignImage(docker, { image, names, user: details.user }, signal)) };
  }

  /**
   * The container through `devcontainer up`. The network is made while the CLI starts, which needs it only after a while; should it be
   * slower once, `up` is run again. The workspace folder is made as soon as the container runs, while the CLI finishes.
   */
  async #container(
    spec: EnvironmentSpec,
    { onRun, onCut, ...made }: Surroundings & { image: string; onRun: () => void; onCut: () => void },
    steps: ProvisionSteps,
    signal: AbortSignal,
  ): Promise<DevcontainerEnvironment> {
    const { docker, inventory, networkPool } = this.#parts;
    const names = inventory.names(spec.sessionId);
    const network = { name: names.network, labels: names.labels, pool: networkPool };
    const text = configurationText({ spec, names, ...made });
    const networked = spec.network === 'none' ? undefined : createSessionNetwork(docker, network, signal);
    steps.at('container', containerStart, 'Starting the container');
    const inside = (id: string): Inside => ({ ...spec, ...made, id, containerName: containerName(spec) });
    let ready: Promise<Owner> | undefined;
    const onStep = (step: string): void => {
      faultPoint('start.up');
      steps.creep('container', containerEnd, step);
      if (step === 'Run: docker run') onRun();
      if (step.startsWith('Inspecting container')) ready ??= this.#ready(spec, inside(containerName(spec)), signal);
      ready?.catch(() => undefined);
    };
    const up = this.#up(spec, text, { onStep, onCut }, signal);
    await Promise.allSettled([up, networked]);
    // What runs inside must have ended before anything is removed.
    await Promise.allSettled([ready]);
    await networked;
    const id = await up.catch(async (error: unknown) => {
      if (!isNetworkMissing(error)) throw error;
      await inventory.removeContainers(spec.sessionId);
      return await this.#up(spec, text, { onStep, onCut }, signal);
    });
    faultPoint('start.container');
    return new DevcontainerEnvironment(docker, inside(id), await (ready ?? this.#ready(spec, inside(id), signal)));
  }

  /** The workspace folder, and what the session wants in it before the environment is handed over. */
  async #ready({ prepare }: EnvironmentSpec, inside: Inside, signal: AbortSignal): Promise<Owner> {
    const known = prepare === undefined ? undefined : inside.owner;
    const owner = known ?? (await this.#makeFolder(inside, signal));
    this.#owners.set(inside.imageId, owner);
    await prepare?.(new DevcontainerEnvironment(this.#parts.docker, inside, owner), signal);
    return owner;
  }

  async #up(
    spec: EnvironmentSpec,
    text: string,
    { onStep, onCut }: { onStep: (text: string) => void; onCut: () => void },
    signal: AbortSignal,
  ): Promise<string> {
    const { cli, inventory } = this.#parts;
    const names = inventory.names(spec.sessionId);
    const config = path.join(spec.folder, 'devcontainer.json');
    await writeFile(config, text, { mode: 0o600 });
    const idLabels = [
      `devcontainer.local_folder=${spec.folder}`,
      `devcontainer.config_file=${config}`,
      names.scopeLabel,
      names.sessionLabel,
    ];
    return await devcontainerUp(cli, { config, folder: spec.folder, idLabels, onCut }, onStep, signal);
  }

  /** Makes the workspace folder as the environment's user, and asks who that is in numbers. */
  async #makeFolder(facts: EnvironmentFacts, signal: AbortSignal): Promise<Owner> {
    const script = 'mkdir -p -- "$1" && id -u && id -g';
    const { exitCode, stdout, stderr } = await new DevcontainerEnvironment(this.#parts.docker, facts).run(
      { command: ['sh', '-c', script, 'sh', facts.workspaceFolder], cwd: places.workspaces, maxBytes: 4096 },
      signal,
    );
    if (exitCode === 0) return parseOwner(stdout.toString());
    const message = `The workspace folder ${facts.workspaceFolder} could not be made.`;
    throw new FlotillaError('start-failed', message, { detail: `${stdout.toString()}${stderr}` });
  }

  /** `up` and `run`: what of the two had begun and was killed. Never hides why it was called. */
  async #cleanUp(spec: EnvironmentSpec, { up, run }: { up?: boolean; run?: boolean }): Promise<void> {
    const { sessionId, rebuild } = spec;
    const { inventory, lateRemovals, log } = this.#parts;
    const discard = (): Promise<string[]> =>
      rebuild === true ? inventory.discardAround(sessionId) : inventory.discard(sessionId);
    try {
      const gone = await discard();
      for (const wait of up === true ? lateAfterMs : []) {
        await sleep(wait * (await this.#slowness(sessionId)));
        gone.push(...(await discard()));
      }
      // Docker was asked for the container and nothing has come of it: it is still at it, unless its client was killed before it could ask.
      for (const until = performance.now() + lateWithinMs; run === true && performance.now() < until;) {
        if (gone.includes(containerName(spec))) break;
        await sleep(lateRetryMs);
        gone.push(...(await discard()));
      }
    } catch (error) {
      log.error('something of a failed session stays in Docker', { session: sessionId, error });
      // What a session that had worked before has made anew is taken up by its next start.
      if (rebuild !== true) lateRemovals.add(sessionId, discard);
    }
  }

  /** How many times as long as usual the daemon takes for an answer now: what a killed client asked of it takes longer as well. */
  async #slowness(sessionId: string): Promise<number> {
    const since = performance.now();
    await this.#parts.inventory.parts(sessionId);
    return Math.min(Math.max((performance.now() - since) / usualAnswerMs, 1), mostSlowness);
  }
}

const isNetworkMissing = (error: unknown): boolean =>
  error instanceof FlotillaError && /network \S+ not found/.test(error.detail ?? '');

/** Like `Promise.all`, but rejects only when nothing is under way any more: what is still being made could not be removed. */
async function allSettled<T extends readonly unknown[]>(work: [...T]): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
