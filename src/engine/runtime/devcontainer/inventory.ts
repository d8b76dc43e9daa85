import { sleep } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { faultPoint } from '../../base/faultPoint.ts';
import type { FoundEnvironment } from '../contract.ts';
import { DevcontainerEnvironment } from './devcontainerEnvironment.ts';
import { type Docker, statusOf } from './docker.ts';
import type { ContainerPart } from './dockerTypes.ts';
import { labelKeys, labelText, SessionNames } from './sessionNames.ts';

/** How often a removal that the daemon refuses for now is tried again, and how long it waits between, in milliseconds. */
const removalTries = 100;
const removalWaitMs = 100;

/** What this engine has in Docker, by its labels. */
export class Inventory {
  readonly #docker: Docker;
  readonly #scope: string;

  constructor(docker: Docker, scope: string) {
    this.#docker = docker;
    this.#scope = scope;
  }

  names(sessionId: string): SessionNames {
    return new SessionNames(this.#scope, sessionId);
  }

  async find(sessionId: string, signal?: AbortSignal): Promise<DevcontainerEnvironment | undefined> {
    const { scopeLabel, sessionLabel } = this.names(sessionId);
    const containers = await this.#docker.containers([scopeLabel, sessionLabel], signal);
    const container = containers.find(isEnvironment);
    if (container === undefined) return undefined;
    const { labels, id, image } = container;
    const setup = labelText.decode(labels[labelKeys.setup]);
    return new DevcontainerEnvironment(this.#docker, {
      sessionId,
      id,
      containerName: container.name,
      image,
      user: labels[labelKeys.user] ?? '',
      workspaceFolder: labels[labelKeys.workspaceFolder] ?? '/',
      description: labelText.decode(labels[labelKeys.description]),
      setup: setup === '' ? undefined : setup,
    });
  }

  /** The names of all that a session has. */
  async parts(sessionId: string, signal?: AbortSignal): Promise<string[]> {
    const { scopeLabel, sessionLabel } = this.names(sessionId);
    const found = await this.#all([scopeLabel, sessionLabel], signal);
    return found.map(({ name }) => name);
  }

  async list(signal: AbortSignal): Promise<FoundEnvironment[]> {
    const sessions = new Map<string, { parts: string[]; container?: ContainerPart }>();
    for (const part of await this.#all([`${labelKeys.scope}=${this.#scope}`], signal)) {
      const sessionId = part.labels[labelKeys.session];
      if (sessionId === undefined) continue;
      const entry = sessions.get(sessionId) ?? { parts: [] };
      sessions.set(sessionId, entry);
      entry.parts.push(part.name);
      if ('state' in part && isEnvironment(part)) entry.container = part;
    }
    return [...sessions].map(([sessionId, { parts, container }]) => ({
      sessionId,
      parts: parts.sort(),
      state: stateOf(container),
      description: labelText.decode(container?.labels[labelKeys.description]),
    }));
  }

  async #all(label: readonly string[], signal?: AbortSignal): Promise<(ContainerPart | Part)[]> {
    const found = await Promise.all([
      this.#docker.containers(label, signal),
      this.#docker.volumes(label, signal),
      this.#docker.networks(label, signal),
    ]);
    return found.flat();
  }

  /** Removes all that a session has: the names of what was there. */
  async discard(sessionId: string): Promise<string[]> {
    const names = this.names(sessionId);
    const label = [names.scopeLabel, names.sessionLabel];
    const containers = await this.removeContainers(sessionId);
    faultPoint('remove.container');
    const [volumes, networks] = await Promise.all([this.#docker.volumes(label), this.#docker.networks(label)]);
    // A container that came after its volumes were gone has made them anew, without labels.
    const volumeNames = new Set([...volumes.map(({ name }) => name), names.workspaces, names.claude]);
    const gone = await Promise.all([
      ...[...volumeNames].map(async (name) => ((await removed(() => this.#docker.removeVolume(name))) ? [name] : [])),
      ...networks.map(async ({ id, name }) => ((await removed(() => this.#docker.removeNetwork(id))) ? [name] : [])),
    ]);
    return [...containers, ...gone.flat()];
  }

  /** Removes all but the volumes: the names of the containers that were there. */
  async discardAround(sessionId: string): Promise<string[]> {
    const { scopeLabel, sessionLabel } = this.names(sessionId);
    const containers = await this.removeContainers(sessionId);
    const networks = await this.#docker.networks([scopeLabel, sessionLabel]);
    await Promise.all(networks.map(({ id }) => removed(() => this.#docker.removeNetwork(id))));
    return containers;
  }

  async removeContainers(sessionId: string): Promise<string[]> {
    const { scopeLabel, sessionLabel } = this.names(sessionId);
    const containers = await this.#docker.containers([scopeLabel, sessionLabel]);
    await Promise.all(containers.map(({ id }) => removed(() => this.#docker.removeContainer(id))));
    return containers.map(({ name }) => name);
  }
}

/** A volume or a network. */
type Part = Pick<ContainerPart, 'name' | 'labels'>;

/** A helper of ours carries the session's labels as well, but it is not an environment. */
const isEnvironment = ({ labels }: ContainerPart): boolean => labels[labelKeys.workspaceFolder] !== undefined;

function stateOf(container: ContainerPart | undefined): FoundEnvironment['state'] {
  if (container === undefined || ['created', 'removing', 'dead'].includes(container.state)) return 'half-made';
  return ['running', 'paused', 'restarting'].includes(container.state) ? 'running' : 'stopped';
}

/** Removes something, waiting while the daemon still holds it; false when it was not there. */
async function removed(remove: () => Promise<void>): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await remove();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      const isHeld =
        statusOf(error) === 409 ||
        /active endpoints|in use|already in progress|driver .* failed to remove/i.test(messageOf(error));
      if (!isHeld || tries >= removalTries) throw error;
      await sleep(removalWaitMs);
    }
  }
}
