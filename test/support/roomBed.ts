import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Session } from '../../src/protocol/session.ts';
import { type Log, silentLog } from '../../src/engine/base/log.ts';
import { Credentials } from '../../src/engine/gateway/credentials.ts';
import { Gateway } from '../../src/engine/gateway/gateway.ts';
import { SessionRoom } from '../../src/engine/session/room.ts';
import { Store } from '../../src/engine/store/store.ts';
import { FakeEnvironment, FakeRuntime } from './fakeRuntime.ts';
import { eventually } from './eventually.ts';
import { git } from './localEnvironment.ts';
import { aSession, temporaryFolder, testActor } from './storedSession.ts';

/** A session room with a real store and gateway and a pretended runtime. It can be killed and built again on what is left. */
export class RoomBed {
  readonly runtime = new FakeRuntime();
  readonly store: Store;
  /** The commit that every session starts from. */
  readonly base: string;
  readonly logged: string[] = [];
  readonly leaving = new AbortController();
  credentials!: Credentials;
  room!: SessionRoom;
  readonly #folder = temporaryFolder();
  readonly #gateways: Gateway[] = [];

  constructor(options: { credentials?: boolean; restAfter?: number; firstPause?: number } = {}) {
    const { folder } = this.#folder;
    const mirror = path.join(folder, 'mirrors/repo.git');
    mkdirSync(mirror, { recursive: true });
    git(mirror, 'init', '--quiet', '--bare');
    this.base = git(mirror, 'commit-tree', '-m', 'Begin', git(mirror, 'hash-object', '-t', 'tree', '-w', '/dev/null'));
    this.store = Store.open(path.join(folder, 'store.db'), silentLog).store;
    this.build(options);
  }

  get log(): Log {
    const note = (message: string): void => void this.logged.push(message);
    return { ...silentLog, warn: note, error: note, with: () => this.log };
  }

  /** The engine leaves, and the next one comes. */
  async restart(options: { credentials?: boolean; reconcile?: boolean } = {}): Promise<void> {
    await this.room.close();
    this.build(options);
    if (options.reconcile !== false) await this.room.reconcile(this.leaving.signal);
  }

  build({
    credentials = true,
    ...pauses
  }: { credentials?: boolean; restAfter?: number; firstPause?: number } = {}): void {
    const { log, store, runtime } = this;
    this.credentials = new Credentials(log);
    if (credentials) this.giveCredentials();
    const gateway = new Gateway({
      log,
      credentials: this.credentials,
      onUsage: () => undefined,
      onTrouble: () => undefined,
    });
    this.#gateways.push(gateway);
    const parts = {
      store,
      runtime,
      gateway,
      credentials: this.credentials,
      dataFolder: this.#folder.folder,
      log,
      ...pauses,
    };
    this.room = new SessionRoom(parts);
  }

  giveCredentials(value = 'sk-ant-test-0000000000'): void {
    this.credentials.set({ credential: { kind: 'api-key', value } });
  }

  /** A stored session with an environment. */
  session(changes: Partial<Session> = {}): { id: string; environment: FakeEnvironment } {
    const session = aSession({ base: { ref: 'main', commit: this.base }, ...changes });
    const environment = new FakeEnvironment(session.id);
    const { id, image, user, workspaceFolder } = environment;
    this.runtime.environments.set(session.id, environment);
    this.store.sessions.create({ environment: { id, image, user, workspaceFolder }, ...session }, testActor);
    return { id: session.id, environment };
  }

  /** A session whose Claude is at work. */
  async running(changes: Partial<Session> = {}): Promise<{ id: string; environment: FakeEnvironment }> {
    const made = this.session({ claudeSessionId: 'c1', state: 'stopped', ...changes });
    await this.room.sessions.resume({ session: made.id }, testActor);
    await this.until(made.id, 'running');
    return made;
  }

  /** The session has a way to the API. */
  hasDoor(id: string): boolean {
    return existsSync(path.join(this.#folder.folder, 'sessions', id, 'api/api.sock'));
  }

  get(id: string): Session {
    return this.store.sessions.get(id);
  }

  until(id: string, state: Session['state']): Promise<void> {
    return eventually(
      () => this.get(id).state === state,
      () => `the session is ${JSON.stringify(this.get(id).reason)}`,
    );
  }

  async close(): Promise<void> {
    this.runtime.failure = undefined;
    this.leaving.abort();
    await this.room.close();
    for (const gateway of this.#gateways) await gateway.close();
    this.store.close();
    this.#folder.remove();
  }
}
