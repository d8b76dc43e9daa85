import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkpointCommand } from '../../../src/engine/git/checkpoint.ts';
import { commit, git, makeRepository, write } from '../localEnvironment.ts';
import { filesOf } from '../rebaseBed.ts';
import { killVariables } from './killer.ts';
import type { Scenario } from './scenario.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');

/** All kinds of uncommitted work, too many checkpoints, and linked work trees. */
function makeWorkspace(folder: string): string {
  const workspace = path.join(folder, 'workspace');
  makeRepository(workspace);
  commit(workspace, { staged: 'a\n', changed: 'a\n', deleted: 'a\n' });
  git(workspace, 'branch', 'other');
  const head = git(workspace, 'rev-parse', 'HEAD');
  const old = Array.from({ length: 51 }, (_, at) => `create refs/flotilla/checkpoints/${at + 1} ${head}`);
  const refs = [...old, `create refs/flotilla/worktrees/gone ${head}`];
  execFileSync('git', ['-C', workspace, 'update-ref', '--stdin'], { input: `${refs.join('\n')}\n` });
  // To forget one of them, all are written anew.
  git(workspace, 'pack-refs', '--all');
  git(workspace, 'worktree', 'add', '--quiet', '--detach', path.join(folder, 'linked'));
  write(path.join(folder, 'linked'), { loose: 'l\n', staged: 'l\n' });
  write(workspace, { staged: 'b\n', changed: 'b\n', 'new/untracked': 'u\n' });
  git(workspace, 'add', 'staged');
  rmSync(path.join(workspace, 'deleted'));
  return workspace;
}

/** A checkpoint of a workspace with all that there may be to save. */
export function checkpointScenario(folder: string): Scenario {
  const workspace = makeWorkspace(folder);
  const state = path.join(folder, 'state');
  mkdirSync(state);
  const { command, parse } = checkpointCommand(workspace, { tools, state });
  const tree = (name: string): string => git(workspace, 'rev-parse', `${name}^{tree}`);
  return {
    folder,
    repositories: [workspace],
    // A checkpoint that nobody was told of has taken a number.
    free: /refs\/flotilla\/checkpoints\/[0-9]+$/,
    run: (killer, point) => killer.run({ command }, point),
    kept: () => ({
      files: filesOf(workspace),
      index: readFileSync(path.join(workspace, '.git/index'), 'latin1'),
      head: readFileSync(path.join(workspace, '.git/HEAD'), 'utf8'),
      heads: git(workspace, 'for-each-ref', 'refs/heads', 'refs/stash'),
    }),
    goOn: () => {
      const stdout = execFileSync(command[0], command.slice(1), {
        env: { ...process.env, ...killVariables },
        stdio: 'pipe',
      });
      const { newest, refs: all, workTrees, unsaved, leftOut } = parse({ exitCode: 0, stdout, stderr: '' });
      const name = newest?.commit ?? '';
      const trees = [name, `${name}^1`, `${name}^2`, `${name}^3`].map(tree);
      const checkpoints = all.filter(({ ref }) => ref.includes('/checkpoints/')).length;
      return { trees, checkpoints, workTrees, unsaved, leftOut };
    },
  };
}
