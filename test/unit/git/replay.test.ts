import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import type { Conflict } from '../../../src/engine/git/conflict.ts';
import { pathFrom } from '../../../src/engine/git/pathFrom.ts';
import { type Replay, replay } from '../../../src/engine/git/replay.ts';
import { type HistoryCommit, type HistoryFile, importHistory } from '../../support/histories.ts';
import { git, Scratch } from '../../support/localEnvironment.ts';
import { plainRebase } from '../../support/plainRebase.ts';

type Files = Readonly<Record<string, HistoryFile>>;

const lines = (...changes: readonly (readonly [number, string])[]): string =>
  Array.from({ length: 12 }, (_, at) => `${changes.find(([line]) => line === at)?.[1] ?? `line ${at}`}\n`).join('');

describe('a rebase is forecast', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  let ids: string[];
  let repo: string;

  beforeEach(() => {
    scratch = new Scratch();
    repo = scratch.path('repo');
  });

  afterEach(() => {
    scratch.remove();
  });

  const made = (commits: readonly HistoryCommit[]): void => void (ids = importHistory(repo, commits));
  const plan = (onto: number, head: number, signal?: AbortSignal): Promise<Replay> =>
    replay({ store: `${repo}/.git`, onto: ids[onto]!, head: ids[head]! }, signal);

  const unmerged = (conflicts: readonly Conflict[]): string[] =>
    conflicts
      .filter(({ stages }) => Object.keys(stages).length > 0)
      .map(({ path }) => path)
      .sort();

  /** The same as a plain `git rebase` says: where it stops, over which paths; and the tree where it does not. */
  const likeGit = async (onto: number, head: number): Promise<Replay> => {
    const found = await plan(onto, head);
    const real = plainRebase(repo, ids[onto]!, ids[head]!);
    const stops = found.commits
      .filter(({ outcome }) => outcome === 'conflict')
      .map(({ id, conflicts }) => ({ commit: id, paths: unmerged(conflicts) }));
    const expected = real.stops.map(({ commit, paths }) => ({
      commit,
      paths: paths.map((name) => pathFrom(Buffer.from(name, 'latin1'))),
    }));
    assert.deepEqual(stops, expected);
    if (stops.length === 0) assert.equal(found.tree, real.tree);
    return found;
  };

  /** One commit on each side of a start; what is told of the conflicts, without the stages. */
  const conflictsOf = async (base: Files, ours: Files, theirs: Files): Promise<unknown[]> => {
    made([{ files: base }, { files: ours, parents: [0] }, { files: theirs, parents: [0] }]);
    const [commit] = (await likeGit(1, 2)).commits;
    return commit!.conflicts.map(({ stages, hunks, ...rest }) => ({
      ...rest,
      ...(hunks === undefined ? {} : { hunks }),
      sides: Object.keys(stages).sort().join(' '),
    }));
  };
  const outcomes = ({ commits }: Replay): string[] => commits.map(({ outcome }) => outcome);

  describe('conflict by conflict', () => {
    const cases: Readonly<Record<string, [base: Files, ours: Files, theirs: Files, expected: unknown[]]>> = {
      'both sides changed the same lines, in two places': [
        { f: lines() },
        { f: lines([1, 'a'], [10, 'a']) },
        { f: lines([1, 'b'], [10, 'b']) },
        [{ path: 'f', kind: 'content', hunks: 2, sides: 'base ours theirs' }],
      ],
      'both added a file': [
        { f: 'f\n' },
        { f: 'f\n', 'dir/new': 'one\n' },
        { f: 'f\n', 'dir/new': 'two\n' },
        [{ path: 'dir/new', kind: 'both-added', hunks: 1, sides: 'ours theirs' }],
      ],
      'both renamed a file, to different names': [
        { f: lines() },
        { ours: lines() },
        { theirs: lines() },
        [
          { path: 'f', kind: 'rename-rename', sides: 'base' },
          { path: 'ours', kind: 'rename-rename', from: 'f', sides: 'ours' },
          { path: 'theirs', kind: 'rename-rename', from: 'f', sides: 'theirs' },
        ],
      ],
      'one renamed a file that the other deleted': [
        { f: lines(), g: 'g\n' },
        { g: 'g\n' },
        { moved: lines(), g: 'g\n' },
        [{ path: 'moved', kind: 'rename-delete', deletedBy: 'ours', from: 'f', sides: 'base theirs' }],
      ],
      'one changed a file that the target deleted': [
        { f: lines(), g: 'g\n' },
        { g: 'g\n' },
        { f: lines([1, 'b']), g: 'g\n' },
        [{ path: 'f', kind: 'modify-delete', deletedBy: 'ours', sides: 'base theirs' }],
      ],
      'one deleted a file that the target changed': [
        { f: lines(), g: 'g\n' },
        { f: lines([1, 'b']), g: 'g\n' },
        { g: 'g\n' },
        [{ path: 'f', kind: 'modify-delete', deletedBy: 'theirs', sides: 'base ours' }],
      ],
      'one added a file to a folder that the other renamed': [
        { 'd/one': lines([0, 'one']), 'd/two': lines([0, 'two']) },
        { 'e/one': lines([0, 'one']), 'e/two': lines([0, 'two']) },
        { 'd/one': lines([0, 'one']), 'd/two': lines([0, 'two']), 'd/new': 'new\n' },
        [{ path: 'e/new', kind: 'directory-rename', from: 'd/new', sides: 'theirs' }],
      ],
      'one added a file to a folder that the other split into two': [
        { 'd/one': lines([0, 'one']), 'd/two': lines([0, 'two']) },
        { 'e/one': lines([0, 'one']), 'f/two': lines([0, 'two']) },
        { 'd/one': lines([0, 'one']), 'd/two': lines([0, 'two']), 'd/new': 'new\n' },
        [{ path: 'd', kind: 'directory-rename', sides: '' }],
      ],
      'a file stands where the other made a folder': [
        { f: lines() },
        { f: lines(), 'x/inside': 'inside\n' },
        { f: lines(), x: 'a file\n' },
        [{ path: 'x', kind: 'file-directory', sides: 'theirs' }],
      ],
      'both changed a binary file': [
        { f: '\0 0' },
        { f: '\0 1' },
        { f: '\0 2' },
        [{ path: 'f', kind: 'binary', sides: 'base ours theirs' }],
      ],
      'both added a program, only one of them executable': [
        { g: 'g\n' },
        { g: 'g\n', f: 'f\n' },
        { g: 'g\n', f: { mode: '100755', text: 'f\n' } },
        [{ path: 'f', kind: 'mode', sides: 'ours theirs' }],
      ],
      'both changed where a link leads': [
        { f: { mode: '120000', text: 'a' } },
        { f: { mode: '120000', text: 'b' } },
        { f: { mode: '120000', text: 'c' } },
        [{ path: 'f', kind: 'symlink', sides: 'base ours theirs' }],
      ],
      'one made a link of a file that the other changed': [
        { f: lines() },
        { f: lines([3, 'a']) },
        { f: { mode: '120000', text: 'there' } },
        [
          { path: 'f', kind: 'symlink', sides: 'theirs' },
          { path: 'f', kind: 'symlink', sides: 'base ours' },
        ],
      ],
      'both moved a submodule': [
        { sub: { mode: '160000', text: 'a'.repeat(40) }, g: 'g\n' },
        { sub: { mode: '160000', text: 'b'.repeat(40) }, g: 'g\n' },
        { sub: { mode: '160000', text: 'c'.repeat(40) }, g: 'g\n' },
        [{ path: 'sub', kind: 'submodule', sides: 'base ours theirs' }],
      ],
      'one turned the line ends of a file that the other changed': [
        { f: lines() },
        { f: lines().replaceAll('\n', '\r\n') },
        { f: lines([5, 'b']) },
        [{ path: 'f', kind: 'content', hunks: 1, sides: 'base ours theirs' }],
      ],
      'a file has a name that is no UTF-8, with a line end and a tab': [
        { '"na\\351\\n\\tme"': lines() },
        { '"na\\351\\n\\tme"': lines([1, 'a']) },
        { '"na\\351\\n\\tme"': lines([1, 'b']) },
        [{ path: '"na\\351\\n\\tme"', kind: 'content', hunks: 1, sides: 'base ours theirs' }],
      ],
    };
    for (const [name, [base, ours, theirs, expected]] of Object.entries(cases))
      it(`when ${name}`, async () => {
        assert.deepEqual(await conflictsOf(base, ours, theirs), expected);
      });
  });

  it('commit by commit: an edit and its revert conflict although the tips would merge', async () => {
    made([
      { files: { f: lines() } },
      { files: { f: lines([3, 'target']) } },
      { files: { f: lines([3, 'mine']) }, parents: [0] },
      { files: { f: lines(), g: 'g\n' }, parents: [2], subject: 'Revert, and go on' },
    ]);
    const found = await likeGit(1, 3);
    assert.equal(found.base, ids[0]);
    assert.deepEqual(outcomes(found), ['conflict', 'clean']);
    assert.equal(found.tree, undefined);
    const [, second] = found.commits;
    assert.deepEqual(
      { ...second, conflicts: [] },
      {
        id: ids[3],
        subject: 'Revert, and go on',
        author: 'Ada',
        at: '2023-11-14T22:13:23.000Z',
        outcome: 'clean',
        conflicts: [],
      },
    );
  });

  it('with what is dropped: the same change, a change that became empty; not one that was empty', async () => {
    const [start, twice] = [lines(), lines([1, 'a'], [9, 'b'])];
    made([
      { files: { f: start } },
      { files: { f: lines([1, 'a']) }, subject: 'Same' },
      { files: { f: twice, g: 'g\n' } },
      { files: { f: lines([1, 'a']) }, parents: [0], subject: 'Same' },
      { files: { f: twice } },
      { files: { f: twice } },
    ]);
    const found = await likeGit(2, 5);
    assert.deepEqual(outcomes(found), ['there', 'empty', 'clean']);
  });

  it('without the merges, saying which of them carry changes of their own', async () => {
    made([
      { files: { f: lines() } },
      { files: { f: lines(), target: 't\n' }, parents: [0] },
      { files: { f: lines([1, 'mine']) }, parents: [0] },
      { files: { f: lines([1, 'mine']), target: 't\n' }, parents: [2, 1], subject: 'Honest' },
      { files: { f: lines([1, 'mine']), target: 't\n', more: 'm\n' } },
      { files: { f: lines(), target: 't\n', more2: 'm\n' }, parents: [1] },
      { files: { f: lines([1, 'mine']), target: 't\n', more: 'm\n', more2: 'm\n', evil: 'e\n' }, parents: [4, 5] },
      { files: { f: lines(), target: 'changed\n' }, parents: [1] },
    ]);
    const found = await likeGit(7, 6);
    assert.deepEqual(
      found.commits.map(({ outcome, carries }) => [outcome, carries]),
      [
        ['clean', undefined],
        ['merge', false],
        ['clean', undefined],
        ['clean', undefined],
        ['merge', true],
      ],
    );
  });

  it('over criss-cross merges', async () => {
    const files = (a: string, b: string): Files => ({ a: lines([2, a]), b: lines([2, b]) });
    made([
      { files: files('0', '0') },
      { files: files('1', '0'), parents: [0] },
      { files: files('0', '1'), parents: [0] },
      { files: files('1', '1'), parents: [1, 2] },
      { files: files('1', '1'), parents: [2, 1] },
      { files: files('ours', '1'), parents: [3] },
      { files: files('theirs', '1'), parents: [4] },
      { files: files('theirs', 'more'), parents: [6] },
    ]);
    assert.deepEqual(outcomes(await likeGit(5, 7)), ['merge', 'conflict', 'clean']);
  });

  it('of a history that has nothing in common with the target', async () => {
    made([
      { files: { f: 'f\n' }, parents: [] },
      { files: { g: 'g\n' }, parents: [] },
      { files: { g: 'g\n', f: 'other\n' } },
    ]);
    const found = await likeGit(0, 2);
    assert.equal(found.base, undefined);
    assert.deepEqual(outcomes(found), ['clean', 'conflict']);
  });

  it('as a fast-forward, which keeps merges and replays nothing', async () => {
    made([
      { files: { f: 'f\n' } },
      { files: { f: 'f\n', a: 'a\n' }, parents: [0] },
      { files: { f: 'f\n', b: 'b\n' }, parents: [0] },
      { files: { f: 'f\n', a: 'a\n', b: 'b\n' }, parents: [1, 2] },
    ]);
    const found = await plan(0, 3);
    assert.deepEqual(outcomes(found).sort(), ['clean', 'clean', 'merge']);
    assert.deepEqual([found.fastForward, found.upToDate], [true, false]);
    assert.equal(found.tree, git(repo, 'rev-parse', `${ids[3]!}^{tree}`));
  });

  it('as nothing to do when the target has it all', async () => {
    made([{ files: { f: 'f\n' } }, { files: { f: 'g\n' } }]);
    const found = await plan(1, 0);
    assert.deepEqual([found.upToDate, found.fastForward, found.commits], [true, false, []]);
    assert.equal(found.tree, git(repo, 'rev-parse', `${ids[1]!}^{tree}`));
  });

  describe('with the attribute files', () => {
    const union = async (attributes: Files): Promise<Replay> => {
      made([
        { files: { ...attributes, 'dir/log': lines() } },
        { files: { ...attributes, 'dir/log': lines([3, 'a']) }, parents: [0] },
        { files: { ...attributes, 'dir/log': lines([3, 'b']) }, parents: [0] },
      ]);
      return likeGit(1, 2);
    };

    it('of the top folder', async () => {
      assert.deepEqual(outcomes(await union({ '.gitattributes': '# logs\nlog  text merge=union\n' })), ['clean']);
    });

    it('of a folder further down, which has the last word', async () => {
      const attributes = { '.gitattributes': '* -merge\n', 'dir/.gitattributes': '/log merge=union\n' };
      assert.deepEqual(outcomes(await union(attributes)), ['clean']);
    });

    it('by names that they define', async () => {
      assert.deepEqual(outcomes(await union({ '.gitattributes': '[attr]joined merge=union\n*og joined\n' })), [
        'clean',
      ]);
    });

    it('that say a file is binary', async () => {
      const [commit] = (await union({ '.gitattributes': '"dir/l\\157g" binary\n' })).commits;
      assert.deepEqual(
        commit!.conflicts.map(({ kind }) => kind),
        ['binary'],
      );
    });

    it('that the session adds on the way', async () => {
      const attributes = { '.gitattributes': 'log merge=union\n' };
      made([
        { files: { log: lines() } },
        { files: { log: lines([3, 'a']) }, parents: [0] },
        { files: { log: lines([3, 'b']) }, parents: [0] },
        { files: { log: lines([3, 'b']), ...attributes } },
        { files: { log: lines([3, 'b'], [8, 'c']), ...attributes } },
        { files: { log: lines([3, 'b'], [8, 'd']), ...attributes } },
      ]);
      assert.deepEqual(outcomes(await likeGit(1, 5)), ['conflict', 'clean', 'clean', 'clean']);
    });

    it('without running the drivers that they name', async () => {
      const trace = scratch.path('ran');
      const attributes = { '.gitattributes': 'log merge=trap filter=trap diff=trap\n' };
      made([
        { files: { log: lines(), ...attributes } },
        { files: { log: lines([3, 'a']), ...attributes }, parents: [0] },
        { files: { log: lines([3, 'b']), ...attributes }, parents: [0] },
      ]);
      for (const setting of ['merge.trap.driver', 'filter.trap.smudge', 'filter.trap.clean', 'diff.trap.textconv'])
        git(repo, 'config', setting, `touch '${trace}'; false`);
      assert.deepEqual(outcomes(await plan(1, 2)), ['conflict']);
      assert.equal(readdirSync(scratch.folder).includes('ran'), false);
    });
  });

  it('through fifty commits that all conflict, and in a repository of SHA-256', async () => {
    const chain = Array.from({ length: 50 }, (_, at) => ({
      files: { 'a/b/f': lines([4, `mine ${at}`]) },
      parents: [at === 0 ? 0 : at + 1],
    }));
    ids = importHistory(
      repo,
      [{ files: { 'a/b/f': lines() } }, { files: { 'a/b/f': lines([4, 'target']) } }, ...chain],
      'sha256',
    );
    const found = await plan(1, 51);
    assert.deepEqual(outcomes(found), ['conflict', ...Array.from({ length: 49 }, () => 'clean')]);
    assert.deepEqual(found.commits[0]!.conflicts[0]!.stages.theirs!.object.length, 64);
  });

  it('through fifty commits of which each meets a change of the target', async () => {
    const all = (change: (at: number) => string): Files =>
      Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`f${at}`, lines([4, change(at)])]));
    const chain = Array.from({ length: 50 }, (_, at) => ({
      files: all((file) => (file <= at ? 'mine' : 'start')),
      parents: [at === 0 ? 0 : at + 1],
    }));
    made([{ files: all(() => 'start') }, { files: all(() => 'target') }, ...chain]);
    const found = await plan(1, 51);
    assert.deepEqual(
      found.commits.map(({ outcome, conflicts }) => [outcome, conflicts.map(({ path }) => path)]),
      chain.map((_, at) => ['conflict', [`f${at}`]]),
    );
  });

  it('not of more than a thousand commits', async () => {
    const chain = Array.from({ length: 1001 }, (_, at) => ({
      files: { f: `${at}\n` },
      parents: [at === 0 ? 0 : at + 1],
    }));
    made([{ files: {} }, { files: { g: 'g\n' } }, ...chain]);
    await assert.rejects(plan(1, 1002), (error) => FlotillaError.is(error, 'limit-reached'));
  });

  it('and a cancel in the middle leaves nothing behind', async () => {
    const mine = `flotilla-replay-${process.pid}-`;
    const rooms = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(mine));
    const chain = Array.from({ length: 300 }, (_, at) => ({
      files: { f: lines([4, `mine ${at}`]) },
      parents: [at === 0 ? 0 : at + 1],
    }));
    made([{ files: { f: lines() } }, { files: { f: lines([4, 'target']) } }, ...chain]);
    const before = new Set(rooms());
    const stop = new AbortController();
    const planned = plan(1, 301, stop.signal);
    while (rooms().every((name) => before.has(name))) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await assert.rejects(planned, (error) => FlotillaError.is(error, 'cancelled'));
    assert.deepEqual(
      rooms().filter((name) => !before.has(name)),
      [],
    );
  });
});
