import path from 'node:path';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository } from '../localEnvironment.ts';
import type { Killer, KillPoint } from './killer.ts';
import type { MakeScenario, Scenario } from './scenario.ts';

type Run = Scenario['run'];

/** The engine lives on; one git of it is killed at the point. */
const oneOf =
  (work: () => Promise<unknown>): Run =>
  (killer: Killer, { at }: KillPoint) =>
    killer.around(work, at);

async function made(folder: string): Promise<{ repository: string; mirror: Mirror }> {
  const repository = path.join(folder, 'repository');
  makeRepository(repository);
  for (const branch of ['moved', 'deleted', 'kept']) git(repository, 'branch', branch);
  git(repository, 'tag', 'old');
  const mirror = Mirror.at(path.join(folder, 'mirrors'), await resolveSource(repository));
  await mirror.ensure();
  return { repository, mirror };
}

/** A mirror that is brought up to date: branches are new, moved and gone. */
async function fetched(folder: string): Promise<Scenario> {
  const { repository, mirror } = await made(folder);
  git(mirror.folder, 'pack-refs', '--all');
  commit(repository, { a: 'a\n' });
  git(repository, 'branch', '--force', 'moved');
  git(repository, 'branch', '--quiet', '-D', 'deleted');
  git(repository, 'branch', 'new');
  git(repository, 'tag', 'new');
  return {
    folder: path.dirname(mirror.folder),
    repositories: [mirror.folder],
    run: oneOf(() => mirror.ensure()),
    goOn: () => mirror.ensure(),
  };
}

interface Home {
  readonly mirror: Mirror;
  readonly lost: LocalEnvironment;
  readonly store: WorkStore;
  readonly file: string;
}

async function home(folder: string): Promise<Home> {
  const { repository, mirror } = await made(folder);
  const lost = new LocalEnvironment(path.join(folder, 'environment'));
  const base = git(repository, 'rev-parse', 'HEAD');
  const refs = await mirror.refs();
  lost.fill({ branch: 'flotilla/x', base, url: undefined, refs, objects: mirror.objectsFolder });
  commit(lost.workspace, { a: 'a\n' });
  git(lost.workspace, 'branch', 'a');
  const file = path.join(folder, 'stores/store.git');
  const store = WorkStore.open(file, mirror.objectsFolder);
  await store.receive('abc', { connect: lost.connect });
  return { mirror, lost, store, file };
}

/** Work comes home: branches are new, were moved by force, and one stands in the way of another. */
async function received(folder: string): Promise<Scenario> {
  const { lost, store, file } = await home(folder);
  git(file, 'pack-refs', '--all');
  git(lost.workspace, 'commit', '--quiet', '--amend', '-m', 'Other');
  git(lost.workspace, 'branch', '--quiet', '-D', 'a');
  git(lost.workspace, 'branch', 'a/b');
  const receive = (): Promise<unknown> => store.receive('abc', { connect: lost.connect });
  return {
    folder: path.dirname(file),
    repositories: [file],
    run: oneOf(receive),
    goOn: async () => {
      await receive();
    },
  };
}

/** All that came home of a session is forgotten. */
async function forgotten(folder: string): Promise<Scenario> {
  const { store, file } = await home(folder);
  return {
    folder: path.dirname(file),
    repositories: [file],
    run: oneOf(() => store.deleteSession('abc')),
    goOn: () => store.deleteSession('abc'),
  };
}

/** The engine lives on, and one git of it is killed. */
export const hostScenarios: Readonly<Record<string, MakeScenario>> = {
  'a git of the engine that fetches a mirror': fetched,
  'a git of the engine that takes work home': received,
  'a git of the engine that forgets work': forgotten,
};
