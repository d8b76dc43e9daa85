import assert from 'node:assert/strict';
import { appendFileSync, existsSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { eventually } from '../../support/eventually.ts';
import { importHistory } from '../../support/histories.ts';
import { git, Scratch, write } from '../../support/localEnvironment.ts';
import { plainRebase } from '../../support/plainRebase.ts';
import { historyOfSides, type RandomChange, randomSides } from '../../support/randomHistory.ts';
import { pathsOf, RebaseBed } from '../../support/rebaseBed.ts';

const runs = (most: number): number => Number(process.env['FLOTILLA_TEST_RUNS'] ?? most);

interface Sides {
  readonly ours: RandomChange[][];
  readonly theirs: RandomChange[][];
}

/** Something uncommitted. Numbers choose among the files that are there. */
interface LocalEdit {
  readonly kind: 'edit' | 'stage' | 'delete' | 'new' | 'ignored' | 'both';
  readonly which: number;
}

const localEdits = fc.array(
  fc.record({
    kind: fc.constantFrom<LocalEdit['kind'][]>('edit', 'stage', 'delete', 'new', 'ignored', 'both'),
    which: fc.nat(7),
  }),
  { maxLength: 4 },
);
const newNames = ['new.txt', 'b/new.txt', 'a/deep/new.txt', 'elsewhere', 'over/there'];

function edit(folder: string, { kind, which }: LocalEdit): void {
  const names = git(folder, 'ls-files').split('\n');
  const name = names[which % names.length] ?? '';
  const at = `${folder}/${name}`;
  const created = newNames[which % newNames.length] ?? '';
  const append = (text: string): void => {
    if (existsSync(at)) appendFileSync(at, text);
  };
  const edits: Record<LocalEdit['kind'], () => void> = {
    edit: () => {
      append('edited\n');
    },
    stage: () => {
      append('staged\n');
      git(folder, 'add', '--all', '--', name);
    },
    delete: () => {
      rmSync(at, { force: true });
    },
    new: () => {
      write(folder, { [created]: 'mine\n' });
    },
    ignored: () => {
      appendFileSync(`${folder}/.git/info/exclude`, `/${created}\n`);
      write(folder, { [created]: 'mine\n' });
    },
    both: () => {
      append('staged\n');
      git(folder, 'add', '--all', '--', name);
      append('edited\n');
    },
  };
  edits[kind]();
}

const attempt = (what: () => void): void => {
  try {
    what();
  } catch {
    // A file where a folder would have to be: this edit can't be made.
  }
};

function bedOf(sides: Sides, edits: readonly LocalEdit[] = []): RebaseBed {
  const local = (folder: string): void => {
    for (const each of edits)
      attempt(() => {
        edit(folder, each);
      });
  };
  return new RebaseBed({ ...historyOfSides(sides), local });
}

/** The tree that plain git ends with, in a copy. */
function plainTree(sides: Sides): { tree: string; stops: number } {
  const scratch = new Scratch();
  try {
    const { commits, onto, head } = historyOfSides(sides);
    const ids = importHistory(scratch.path('copy'), commits);
    const { tree, stops } = plainRebase(scratch.path('copy'), ids[onto] ?? '', ids[head] ?? '');
    return { tree, stops: stops.length };
  } finally {
    scratch.remove();
  }
}

const treeOf = (bed: RebaseBed, commit: string): string => git(bed.workspace, 'rev-parse', `${commit}^{tree}`);
const uncommitted = (bed: RebaseBed): string[] => [
  git(bed.workspace, 'status', '--porcelain', '-z', '--ignored', '--untracked-files=all'),
  git(bed.workspace, 'diff'),
  git(bed.workspace, 'diff', '--cached'),
];

/** Begins, goes on for some stops, and gives up. */
function beginAndAbort(bed: RebaseBed, steps: number, fill: boolean): void {
  let answer = bed.begin();
  for (let step = 0; step < steps && answer.state === 'stopped'; step += 1) {
    if (fill) assert.deepEqual(bed.fill(), { state: 'ok' });
    assert.deepEqual(bed.take('theirs', pathsOf(answer.stop)), { state: 'ok' });
    answer = bed.continue();
  }
  assert.ok(['stopped', 'done'].includes(answer.state), JSON.stringify(answer));
  assert.deepEqual(bed.abort(), { state: 'ok' });
  assert.deepEqual(bed.abort(), { state: 'ok' });
  assert.deepEqual(bed.state(), { state: 'none' });
}

function moveAndBack(bed: RebaseBed, commit: string): void {
  const [before, dirty] = [bed.snapshot(), uncommitted(bed)];
  const moved = bed.move(bed.head, commit);
  if (moved.state === 'moved') {
    assert.deepEqual(uncommitted(bed), dirty);
    assert.equal(bed.move(commit, bed.head).state, 'moved');
  } else {
    assert.equal(moved.state === 'refused' && moved.reason, 'in-the-way', JSON.stringify(moved));
  }
  const { files, ...rest } = bed.snapshot();
  const { files: filesBefore, ...restBefore } = before;
  assert.deepEqual(rest, restBefore);
  assert.deepEqual(withoutFolders(files), withoutFolders(filesBefore));
}

/** Git does not keep empty folders. */
const withoutFolders = (files: unknown): string[] =>
  Object.entries(files ?? {}).flatMap(([name, content]) => (name.endsWith('/') ? [] : [`${name}: ${String(content)}`]));

describe('a rebase beside the workspace, with random histories', function () {
  this.timeout(900_000);

  it('leaves no trace when it is aborted, ends with the tree of a plain rebase, and the move there and back loses nothing', () => {
    fc.assert(
      fc.property(randomSides, localEdits, fc.nat(3), fc.boolean(), (sides, edits, steps, fill) => {
        const bed = bedOf(sides, edits);
        try {
          const before = bed.snapshot();
          beginAndAbort(bed, steps, fill);
          assert.deepEqual(bed.snapshot(), before);
          const { commit, stops } = bed.toTheEnd(bed.begin());
          assert.deepEqual({ tree: treeOf(bed, commit), stops: stops.length }, plainTree(sides));
          moveAndBack(bed, commit);
        } finally {
          bed.remove();
        }
      }),
      { numRuns: runs(8) },
    );
  });
});

const killing = fc.record({ afterMs: fc.integer({ min: 0, max: 200 }), all: fc.boolean() });

/** What a rebase never touches, whatever becomes of it. */
function own(bed: RebaseBed): unknown {
  const { files, status, index, head, commit, config } = bed.snapshot();
  return { files, status, index, head, commit, config };
}

/** Waits until what the killed script has left running has ended too, and says how it stands. */
async function settledState(bed: RebaseBed): Promise<string> {
  let state = bed.state().state;
  await eventually(
    () => (state = bed.state().state) !== 'running',
    () => state,
    60_000,
  );
  return state;
}

describe('a landing that is killed at any moment', function () {
  this.timeout(900_000);

  const rebasing = fc.constantFrom('begin', 'continue');
  it('goes on to the same end, or is aborted without a trace, when it was rebasing', () =>
    fc.assert(
      fc.asyncProperty(randomSides, killing, rebasing, fc.boolean(), async (sides, { afterMs, all }, phase, giveUp) => {
        const bed = bedOf(sides, [
          { kind: 'edit', which: 1 },
          { kind: 'new', which: 3 },
        ]);
        try {
          const before = bed.snapshot();
          const untouched = own(bed);
          const first = phase === 'begin' ? undefined : bed.begin();
          if (first?.state === 'stopped') bed.take('theirs', pathsOf(first.stop));
          await bed.killed(phase === 'begin' ? bed.commands.begin() : bed.commands.continue(), afterMs, all);
          const state = await settledState(bed);
          assert.deepEqual(own(bed), untouched);
          if (giveUp) {
            assert.deepEqual(bed.abort(), { state: 'ok' });
            assert.deepEqual(bed.snapshot(), before);
            return;
          }
          const { commit } = bed.toTheEnd(state === 'none' ? bed.begin() : bed.resume());
          assert.equal(treeOf(bed, commit), plainTree(sides).tree);
          assert.deepEqual(own(bed), untouched);
        } finally {
          bed.remove();
        }
      }),
      { numRuns: runs(8) },
    ));

  it('is ended forward or backward, with nothing lost, when it was moving', () =>
    fc.assert(
      fc.asyncProperty(randomSides, killing, fc.boolean(), async (sides, { afterMs, all }, back) => {
        const bed = bedOf(sides, [{ kind: 'new', which: 3 }]);
        try {
          const { commit } = bed.toTheEnd(bed.begin());
          const dirty = uncommitted(bed);
          const before = own(bed);
          await bed.killed(bed.commands.move(commit), afterMs, all);
          await eventually(
            () => {
              const answer = back ? bed.abort() : bed.recover();
              return answer.state !== 'refused' || !['running', 'locked'].includes(answer.reason);
            },
            undefined,
            60_000,
          );
          assert.deepEqual(uncommitted(bed), dirty);
          const at = git(bed.workspace, 'rev-parse', 'HEAD');
          assert.ok([bed.head, commit].includes(at));
          assert.equal(bed.move(at, bed.head).state, 'moved');
          assert.deepEqual(own(bed), before);
          assert.equal(bed.state().state === 'moving', false);
        } finally {
          bed.remove();
        }
      }),
      { numRuns: runs(8) },
    ));
});
