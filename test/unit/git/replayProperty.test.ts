import assert from 'node:assert/strict';
import fc from 'fast-check';
import { replay } from '../../../src/engine/git/replay.ts';
import { importHistory } from '../../support/histories.ts';
import { git, Scratch } from '../../support/localEnvironment.ts';
import { plainRebase } from '../../support/plainRebase.ts';
import { historyOfSides, type RandomChange, randomSides } from '../../support/randomHistory.ts';

const numRuns = Number(process.env['FLOTILLA_TEST_RUNS'] ?? 30);

/** Makes a history, forecasts a rebase of it, and does the rebase. */
async function forecastAndRebase(sides: { ours: RandomChange[][]; theirs: RandomChange[][] }): Promise<void> {
  const scratch = new Scratch();
  try {
    const { commits, onto, head } = historyOfSides(sides);
    const repo = scratch.path('repo');
    const ids = importHistory(repo, commits);
    const ends = { store: scratch.path('repo/.git'), onto: ids[onto]!, head: ids[head]! };
    const before = [git(repo, 'count-objects', '-v'), git(repo, 'for-each-ref')];
    const plan = await replay(ends);
    assert.deepEqual([git(repo, 'count-objects', '-v'), git(repo, 'for-each-ref')], before);
    const real = plainRebase(repo, ends.onto, ends.head);
    const stops = plan.commits
      .filter(({ outcome }) => outcome === 'conflict')
      .map(({ id, conflicts }) => ({
        commit: id,
        paths: conflicts.filter(({ stages }) => Object.keys(stages).length > 0).map(({ path }) => path),
      }));
    assert.deepEqual(
      stops.map(({ commit, paths }) => ({ commit, paths: paths.sort() })),
      real.stops,
    );
    if (real.stops.length > 0) return;
    assert.equal(plan.tree, real.tree);
    assert.deepEqual(
      plan.commits.filter(({ outcome }) => outcome === 'clean').map(({ subject }) => subject),
      real.subjects,
    );
  } finally {
    scratch.remove();
  }
}

describe('a forecast of a rebase, with random histories', function () {
  this.timeout(300_000);

  it('names the stops of a plain git rebase, commit for commit and file for file, and its tree where there are none', () =>
    fc.assert(fc.asyncProperty(randomSides, forecastAndRebase), { numRuns }));
});
