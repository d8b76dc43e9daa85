import assert from 'node:assert/strict';
import type { RebaseStop } from '../../../src/engine/git/landingStop.ts';
import { pathBytes } from '../../../src/engine/git/pathName.ts';
import { importHistory } from '../../support/histories.ts';
import { landingCorpus } from '../../support/landingCorpus.ts';
import type { LandingShape } from '../../support/landingShape.ts';
import { git, Scratch } from '../../support/localEnvironment.ts';
import { plainRebase } from '../../support/plainRebase.ts';
import { pathsOf, RebaseBed } from '../../support/rebaseBed.ts';

/** A name of a shape, or a path of an answer, as bytes. */
const bytes = (name: string): string => (/^"|[^\x00-\xff]/.test(name) ? pathBytes(name).toString('latin1') : name);
const sideName = /~(?:HEAD|[0-9a-f]{7,} \(.*\))(?:_\d+)?$/;
/** The names of a stop, without what git puts behind one that can't stay where it is. */
const named = (stop: RebaseStop): string[] =>
  pathsOf(stop).map((path) => pathBytes(path).toString('latin1').replace(sideName, ''));

const outcome = ({ stops, way }: LandingShape): string => {
  const rebase = stops.length === 0 ? 'clean' : `${stops.length} ${stops.length === 1 ? 'stop' : 'stops'}`;
  return way === undefined ? rebase : `${rebase}, but ${way.join(', ')} is in the way`;
};

/** The same with plain git, in a copy. */
function plainly({ commits, onto, head }: LandingShape): ReturnType<typeof plainRebase> {
  const scratch = new Scratch();
  try {
    const ids = importHistory(scratch.path('copy'), commits);
    return plainRebase(scratch.path('copy'), ids[onto] ?? '', ids[head] ?? '');
  } finally {
    scratch.remove();
  }
}

function moves(bed: RebaseBed, result: string, shape: LandingShape): void {
  const before = bed.snapshot();
  const status = git(bed.workspace, 'status', '--porcelain', '-z');
  const moved = bed.move(bed.head, result);
  if (shape.way !== undefined) {
    assert.deepEqual(moved.state === 'refused' && { reason: moved.reason, paths: moved.paths }, {
      reason: 'in-the-way',
      paths: shape.way,
    });
    assert.deepEqual(bed.snapshot(), before);
    return;
  }
  assert.deepEqual(moved, { state: 'moved', commit: result });
  assert.equal(git(bed.workspace, 'status', '--porcelain', '-z'), status);
  assert.deepEqual(bed.move(result, bed.head), { state: 'moved', commit: bed.head });
  assert.deepEqual(bed.snapshot(), before);
}

describe('a landing meets', function () {
  this.timeout(180_000);
  for (const shape of landingCorpus) {
    it(`${shape.name}: ${outcome(shape)}`, () => {
      const bed = new RebaseBed(shape);
      try {
        const before = bed.snapshot();
        const { commit, stops } = bed.toTheEnd(bed.begin());
        assert.deepEqual(
          stops.map(named),
          shape.stops.map((names) => names.map(bytes)),
        );
        const plain = plainly(shape);
        assert.deepEqual(
          stops.map((stop) => ({ commit: stop.commit, paths: named(stop) })),
          plain.stops,
        );
        assert.equal(git(bed.workspace, 'rev-parse', `${commit}^{tree}`), plain.tree);
        const subjects = git(bed.workspace, 'log', '--reverse', '--format=%s', `${bed.onto}..${commit}`);
        assert.deepEqual(subjects.split('\n').filter(Boolean), shape.lands ?? plain.subjects);
        moves(bed, commit, shape);
        assert.equal(bed.finish().state, 'ok');
        git(bed.workspace, 'update-ref', '-d', 'refs/flotilla/landing/before-1');
        assert.deepEqual(bed.snapshot(), before);
      } finally {
        bed.remove();
      }
    });
  }
});
