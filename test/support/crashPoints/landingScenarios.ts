import { rmSync } from 'node:fs';
import path from 'node:path';
import type { LandingCommand } from '../../../src/engine/git/landingCommands.ts';
import { git, write } from '../localEnvironment.ts';
import { LandingGround } from './landingGround.ts';
import type { MakeScenario, Scenario } from './scenario.ts';

type Verb = 'begin' | 'continue' | 'resume' | 'abort' | 'finish';
function rebasing(
  folder: string,
  verb: Verb,
  prepare: (ground: LandingGround) => void,
  goOn: (ground: LandingGround) => unknown,
): Scenario {
  const ground = new LandingGround(folder);
  prepare(ground);
  // To delete one of them, all are written anew.
  git(ground.workspace, 'pack-refs', '--all');
  return {
    folder,
    repositories: [ground.workspace],
    run: (killer, point) => killer.run(ground.commands[verb], point),
    kept: verb === 'finish' ? undefined : () => ground.own(),
    goOn: () => [goOn(ground), ground.own()],
  };
}

const through = (ground: LandingGround): unknown => {
  const commit = ground.rebased();
  return [commit, ground.moved(commit)];
};
const over =
  (verb: 'abort' | 'finish') =>
  (ground: LandingGround): unknown => {
    ground.must(ground.ask(ground.commands[verb]));
    return ground.ask(ground.commands.state).state;
  };
const away = over('abort');
const finished = over('finish');
const nothing = (): undefined => undefined;
const stopped = (ground: LandingGround): void => void ground.stopped();
const settled = (ground: LandingGround): void => {
  ground.settled();
};
/** The rebase has ended without the script, and there is a point to go on from. */
function interrupted(ground: LandingGround): void {
  ground.settled();
  ground.must(ground.ask(ground.commands.continue));
  git(ground.workspace, 'worktree', 'remove', '--force', path.join(ground.folder, '.flotilla-landing/repo'));
  rmSync(path.join(ground.workspace, '.git/flotilla-landing/done'));
}
function moved(ground: LandingGround): void {
  const commit = ground.rebased();
  ground.must(ground.ask(ground.commands.move(ground.head, commit)));
}

const moving = (folder: string, how: (ground: LandingGround, result: string) => Steps): Scenario => {
  const ground = new LandingGround(folder);
  const result = ground.rebased();
  const { command, goOn, alone } = how(ground, result);
  return {
    folder,
    repositories: [ground.workspace],
    run: (killer, point) => killer.run(command, { ...point, alone }),
    goOn: () => [goOn(), ground.own()],
  };
};
interface Steps {
  readonly command: LandingCommand<unknown>;
  readonly goOn: () => unknown;
  /** One process of it is killed. */
  readonly alone?: true | undefined;
}

/** The tree is as before, wherever the move was. */
function back(ground: LandingGround, result: string): unknown {
  ground.must(ground.ask(ground.commands.abort));
  if (git(ground.workspace, 'rev-parse', 'HEAD') === result)
    ground.must(ground.ask(ground.commands.move(result, ground.head)));
  return ground.ask(ground.commands.state).state;
}
/** A move that was cut off when some files were as they will be. */
function halfMoved({ workspace, head }: LandingGround, result: string): void {
  write(workspace, {
    '.git/flotilla-move/journal': `${head} ${result}\n`,
    'a/1': 'ONE\n',
    'd/4': 'four\n',
    '.git/index.lock': '',
  });
}

/** What a landing does inside, by what it does and what comes after a kill. */
export const landingScenarios: Readonly<Record<string, MakeScenario>> = {
  'a landing that begins': (folder) => rebasing(folder, 'begin', nothing, through),
  'a landing that begins and is aborted then': (folder) => rebasing(folder, 'begin', nothing, away),
  'a landing that goes on': (folder) => rebasing(folder, 'continue', settled, through),
  'a landing that goes on and is aborted then': (folder) => rebasing(folder, 'continue', settled, away),
  'a landing that is resumed': (folder) => rebasing(folder, 'resume', interrupted, through),
  'a landing that is aborted': (folder) => rebasing(folder, 'abort', stopped, away),
  'a landing that is aborted and begun anew then': (folder) => rebasing(folder, 'abort', stopped, through),
  'a landing that is finished': (folder) => rebasing(folder, 'finish', moved, finished),
  'a move': (folder) =>
    moving(folder, (ground, result) => ({
      command: ground.commands.move(ground.head, result),
      goOn: () => ground.moved(result),
    })),
  'a single program of a move': (folder) =>
    moving(folder, (ground, result) => ({
      command: ground.commands.move(ground.head, result),
      goOn: () => ground.moved(result),
      alone: true,
    })),
  'a move and its landing is aborted then': (folder) =>
    moving(folder, (ground, result) => ({
      command: ground.commands.move(ground.head, result),
      goOn: () => back(ground, result),
    })),
  'a move that is ended': (folder) =>
    moving(folder, (ground, result) => {
      halfMoved(ground, result);
      return { command: ground.commands.recover, goOn: () => ground.moved(result) };
    }),
  'a move that is taken back': (folder) =>
    moving(folder, (ground, result) => {
      halfMoved(ground, result);
      return { command: ground.commands.abort, goOn: () => back(ground, result) };
    }),
};
