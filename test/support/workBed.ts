import { Mirror } from '../../src/engine/git/mirror.ts';
import { resolveSource } from '../../src/engine/git/source.ts';
import { WorkStore } from '../../src/engine/git/workStore.ts';
import { LocalEnvironment, makeRepository, Scratch } from './localEnvironment.ts';

/** A repository, its mirror, a work store and environments that are filled from them, as a session's are. */
export class WorkBed {
  readonly scratch: Scratch;
  /** The commit that environments are filled with. */
  readonly base: string;
  readonly mirror: Mirror;
  readonly store: WorkStore;

  private constructor(scratch: Scratch, base: string, mirror: Mirror) {
    this.scratch = scratch;
    this.base = base;
    this.mirror = mirror;
    this.store = WorkStore.open(scratch.path('work', 'store.git'), mirror.objectsFolder);
  }

  static async make(): Promise<WorkBed> {
    const scratch = new Scratch();
    const base = makeRepository(scratch.path('repo'));
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(scratch.path('repo')));
    await mirror.ensure();
    return new WorkBed(scratch, base, mirror);
  }

  async filled(name: string): Promise<LocalEnvironment> {
    const { base, mirror } = this;
    const made = new LocalEnvironment(this.scratch.path(name));
    made.fill({ branch: 'flotilla/x', base, url: undefined, refs: await mirror.refs(), objects: mirror.objectsFolder });
    return made;
  }
}
