import { z } from 'zod';
import type { Actor } from '../../protocol/actor.ts';
import type { Orphan } from '../../protocol/operations.ts';
import { noUsage, type Session, sessionIdSchema, sessionSchema } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { parseJson } from '../../protocol/json.ts';
import type { FoundEnvironment, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { isBranchName } from '../git/refName.ts';
import type { Homecoming } from './homecoming.ts';
import type { Serial } from '../base/serial.ts';

/** What `describe` wrote into the label. A label can be forged by whoever may use Docker, so it is checked like any input. */
const descriptionSchema = z.object(
  sessionSchema.pick({
    name: true,
    branch: true,
    base: true,
    repository: true,
    mode: true,
    network: true,
    limits: true,
    permissionMode: true,
    createdAt: true,
    whenRefused: true,
    model: true,
    image: true,
  }).shape,
);

/** Environments that carry this engine's label and belong to no session: named, taken back, or removed. */
export class Orphans {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #homecoming: Homecoming;
  readonly #serial: Serial;

  constructor(parts: { store: Store; runtime: Runtime; homecoming: Homecoming; serial: Serial }) {
    this.#store = parts.store;
    this.#runtime = parts.runtime;
    this.#homecoming = parts.homecoming;
    this.#serial = parts.serial;
  }

  async list(signal: AbortSignal): Promise<Orphan[]> {
    const found = await this.#runtime.list(signal);
    return found
      .filter(({ sessionId }) => this.#store.sessions.peek(sessionId) === undefined)
      .map((one) => ({
        sessionId: one.sessionId,
        parts: [...one.parts],
        running: one.state === 'running',
        adoptable: adoptable(one) !== undefined,
      }));
  }

  /** Takes an environment back as a stopped session, and brings home what it holds. */
  adopt(sessionId: string, actor: Actor, signal: AbortSignal): Promise<Session> {
    return this.#serial.run(sessionId, () => this.#adopt(sessionId, actor, signal));
  }

  async #adopt(sessionId: string, actor: Actor, signal: AbortSignal): Promise<Session> {
    const found = (await this.#runtime.list(signal)).find((one) => one.sessionId === sessionId);
    const environment = await this.#runtime.find(sessionId, signal);
    const description = found === undefined ? undefined : adoptable(found);
    if (this.#store.sessions.peek(sessionId) !== undefined)
      throw new FlotillaError('not-in-this-state', `${sessionId} already is a session.`);
    if (environment === undefined || description === undefined)
      throw new FlotillaError(
        'unknown-session',
        `There is no orphan ${sessionId} that can be adopted. A check of the system lists those that are there.`,
      );
    const session: Session = {
      ...description,
      id: sessionId,
      prompt: '',
      state: 'stopped',
      reason: { code: 'adopted', message: 'The session was taken back from its environment.' },
      runtime: 'devcontainer',
      environment: {
        id: environment.id,
        image: environment.image,
        user: environment.user,
        workspaceFolder: environment.workspaceFolder,
      },
      usage: noUsage,
      turns: 0,
      notices: [],
      queued: 0,
      updatedAt: now(),
    };
    this.#store.repositories.upsert(session.repository);
    this.#store.sessions.create(session, actor);
    this.#homecoming.begin(sessionId);
    // A Claude that is at work in it belongs to no engine any more.
    await environment.stop(signal);
    await this.#homecoming.bringHalted(sessionId, environment);
    await environment.stop(signal);
    this.#homecoming.noteHome(sessionId);
    return this.#store.sessions.get(sessionId);
  }

  remove(sessionId: string, signal: AbortSignal): Promise<string[]> {
    return this.#serial.run(sessionId, () => this.#remove(sessionId, signal));
  }

  async #remove(sessionId: string, signal: AbortSignal): Promise<string[]> {
    if (this.#store.sessions.peek(sessionId) !== undefined)
      throw new FlotillaError('not-in-this-state', `${sessionId} is a session and no orphan: remove it as one.`);
    return this.#runtime.discard(sessionId, signal);
  }
}

/** What becomes a part of paths, refs and arguments has the shape that Flotilla gives it. */
const isSound = ({ repository, branch, base }: z.output<typeof descriptionSchema>): boolean =>
  /^[a-z0-9-]{1,64}$/.test(repository.id) &&
  /^[^/\0]{1,200}$/.test(repository.name) &&
  !/^\.*$/.test(repository.name) &&
  isBranchName(branch) &&
  /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(base.commit);

function adoptable(found: FoundEnvironment): z.output<typeof descriptionSchema> | undefined {
  if (found.state === 'half-made' || !sessionIdSchema.safeParse(found.sessionId).success) return undefined;
  const description = parseJson(descriptionSchema, found.description);
  return description !== undefined && isSound(description) ? description : undefined;
}
