import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { git, write } from '../localEnvironment.ts';
import { filesOf } from '../rebaseBed.ts';
import { killVariables } from './killer.ts';
import { LandingGround } from './landingGround.ts';
import type { MakeScenario, Scenario } from './scenario.ts';

const script = path.resolve(import.meta.dirname, '../../../media/tools/resolve.sh');

type Verb = 'save' | 'look' | 'back' | 'undo' | 'forget';

/** A landing's work tree at a conflict, which somebody has worked in after it was kept; a step of that is cut off, and it is put back. */
function resolving(folder: string, verb: Verb): Scenario {
  const ground = new LandingGround(folder);
  ground.stopped();
  const workTree = path.join(folder, '.flotilla-landing/repo');
  const command = (what: Verb, ...more: string[]): string[] => ['sh', script, what, workTree, ...more];
  const run = (...args: string[]): string =>
    execFileSync(args[0] ?? '', args.slice(1), { env: { ...process.env, ...killVariables }, encoding: 'utf8' });
  let since = '';
  if (verb !== 'save') {
    since = /^tree (\S+)/.exec(run(...command('save')))?.[1] ?? '';
    write(workTree, { f: 'resolved\n', 'new/file': 'n\n' });
    rmSync(path.join(workTree, '.gitattributes'));
    git(workTree, 'add', '--all');
    git(workTree, 'update-ref', '--no-deref', 'HEAD', ground.head);
  }
  const more = verb === 'look' || verb === 'back' ? [since] : [];
  const input = verb === 'back' ? 'f\0new/file\0.gitattributes\0' : '';
  return {
    folder,
    repositories: [ground.workspace],
    run: (killer, point) => killer.run({ command: command(verb, ...more), input }, point),
    kept: () => ground.own(),
    // What was kept may have been let go, or may be put back. Git heeds no empty folder.
    free: verb === 'forget' ? /flotilla-landing\/repo\// : /flotilla-landing\/repo\/new$/,
    goOn: () => {
      run(...command('undo'));
      return {
        files: verb === 'forget' ? '' : Object.entries(filesOf(workTree)).filter(([name]) => !name.endsWith('/')),
        index: verb === 'forget' ? '' : git(workTree, 'ls-files', '--stage'),
        state: verb === 'forget' ? '' : ground.ask(ground.commands.state),
      };
    },
  };
}

const titles = {
  save: 'a work tree that is kept before its conflicts are resolved',
  look: 'a look at how conflicts were resolved',
  back: 'files that are put back after it',
  undo: 'a resolution that is undone',
  forget: 'a kept work tree that is let go',
} as const satisfies Record<Verb, string>;

export const resolveScenarios: Readonly<Record<string, MakeScenario>> = Object.fromEntries(
  (['save', 'look', 'back', 'undo', 'forget'] as const).map((verb) => [
    titles[verb],
    (folder) => resolving(folder, verb),
  ]),
);
