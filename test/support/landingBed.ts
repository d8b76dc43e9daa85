import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Landing } from '../../src/protocol/landing.ts';
import type { Session } from '../../src/protocol/session.ts';
import { resolveSource } from '../../src/engine/git/source.ts';
import { LandingRoom } from '../../src/engine/landing/room.ts';
import { eventually } from './eventually.ts';
import { commit, git, makeRepository, Scratch } from './localEnvironment.ts';
import { RoomBed } from './roomBed.ts';
import { ScriptEnvironment } from './scriptEnvironment.ts';
import { testActor } from './storedSession.ts';

type Files = Record<string, string>;

/**
 * A landing room with real git, a real store, work store and mirror, and a bare repository on disk as its remote. Environments are folders of
 * the host; Claude is pretended.
 */
export class LandingBed {
  readonly scratch = new Scratch();
  readonly rooms = new RoomBed();
  /** The remote that sessions come from and go to. */
  readonly origin: string;
  /** A person's clone of it, to move its branches. */
  readonly clone: string;
  room: LandingRoom;

  private constructor() {
    this.clone = this.scratch.path('clone');
    this.origin = this.scratch.path('origin.git');
    this.room = new LandingRoom(this.rooms.room.workings);
  }

  /** `files` are the first commit on `main`. */
  static make(files: Files = {}): LandingBed {
    const bed = new LandingBed();
    makeRepository(bed.clone);
    commit(bed.clone, files, 'Files');
    git(bed.scratch.folder, 'clone', '--quiet', '--bare', bed.clone, bed.origin);
    git(bed.origin, 'remote', 'remove', 'origin');
    git(bed.clone, 'remote', 'add', 'origin', bed.origin);
    return bed;
  }

  get landings(): LandingRoom['landings'] {
    return this.room.landings;
  }

  /** A session that has ended, with one commit for each of the changes. */
  async session(name: string, changes: readonly Files[]): Promise<{ id: string; environment: ScriptEnvironment }> {
    const { runtime, store } = this.rooms;
    const source = await resolveSource(this.origin);
    const { id: repositoryId, source: text, kind, name: folder } = source;
    const repository = { id: repositoryId, source: text, kind, name: folder };
    const mirror = this.rooms.room.workings.repositories.mirror(source);
    await mirror.ensure();
    const base = git(this.origin, 'rev-parse', 'main');
    const branch = `flotilla/${name}`;
    const { id } = this.rooms.session({
      name,
      branch,
      repository,
      base: { ref: 'main', commit: base },
      state: 'completed',
    });
    const environment = new ScriptEnvironment(id, this.scratch.path(`environment ${name}`));
    runtime.environments.set(id, environment);
    const W = environment.workspaceFolder;
    git(W, 'init', '--quiet', '-b', branch);
    git(W, 'config', 'user.name', 'Claude');
    git(W, 'config', 'user.email', 'claude@example.org');
    const alternates = path.join(W, '.git/objects/info/alternates');
    writeFileSync(alternates, `${mirror.objectsFolder}\n`);
    git(W, 'reset', '--quiet', '--hard', base);
    changes.forEach((files, at) => commit(W, files, `${name} ${at + 1}`));
    const { workspaceFolder } = environment;
    store.sessions.change(
      id,
      { environment: { id: environment.id, image: 'image', user: 'node', workspaceFolder } },
      testActor,
    );
    await this.rooms.room.workings.homecoming.bring(id);
    return { id, environment };
  }

  /** Somebody pushes a commit to the remote. */
  push(files: Files, branch = 'main'): string {
    git(this.clone, 'fetch', '--quiet', 'origin');
    git(this.clone, 'checkout', '--quiet', '-B', branch, `origin/${branch}`);
    const made = commit(this.clone, files, `On ${branch}`);
    git(this.clone, 'push', '--quiet', 'origin', branch);
    return made;
  }

  landing(id: string): Landing {
    const { landing } = this.landings.status(id);
    if (landing === undefined) throw new Error('the session was never landed');
    return landing;
  }

  get(id: string): Session {
    return this.rooms.get(id);
  }

  /** Waits until nothing of the landing goes on. */
  async settled(id: string): Promise<Landing> {
    await eventually(
      () => this.landing(id).state !== 'running',
      () => `the landing is ${JSON.stringify(this.landing(id).reason)}`,
      30_000,
    );
    return this.landing(id);
  }

  /** The engine is killed and the next one goes on. */
  async restart(): Promise<void> {
    await this.room.close();
    await this.rooms.restart();
    this.room = new LandingRoom(this.rooms.room.workings);
    this.room.reconcile();
  }

  async close(): Promise<void> {
    await this.room.close();
    await this.rooms.close();
    this.scratch.remove();
  }
}
