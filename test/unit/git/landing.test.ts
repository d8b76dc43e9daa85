import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RebaseAnswer } from '../../../src/engine/git/landingAnswers.ts';
import type { RebaseStop } from '../../../src/engine/git/landingStop.ts';
import { landingFolder } from '../../../src/engine/git/landingCommands.ts';
import { importHistory } from '../../support/histories.ts';
import { sides, type ShapeSides, text } from '../../support/landingShape.ts';
import { commit, git, write } from '../../support/localEnvironment.ts';
import { RebaseBed } from '../../support/rebaseBed.ts';

const base = { f: text(), g: 'g\n', gone: text(), 'd/x': 'x\n' };
/** Two conflicts in the first commit, one of them without markers; one more in the second. */
const twoStops: ShapeSides = {
  base,
  ours: [{ f: text({ 9: 'x' }), gone: null, 'd/x': 'theirs\n' }],
  theirs: [{ f: text({ 9: 'y' }), gone: text({ 5: 'y' }) }, { 'd/x': 'mine\n' }, { h: 'h\n' }],
};
const clean: ShapeSides = { base, ours: [{ f: text({ 2: 'x' }) }], theirs: [{ f: text({ 18: 'y' }) }, { n: 'n\n' }] };

describe('a rebase beside the workspace', function () {
  this.timeout(60_000);
  let bed: RebaseBed;
  let landing: string;
  const make = (given: ShapeSides): void => {
    bed = new RebaseBed(sides('one', given));
    landing = landingFolder(bed.workspace);
  };
  const stopOf = (answer: { readonly state: string; readonly stop?: RebaseStop }): RebaseStop => {
    assert.equal(answer.state, 'stopped', JSON.stringify(answer));
    return answer.stop!;
  };
  const refusal = (answer: RebaseAnswer | ReturnType<RebaseBed['move']>): unknown[] =>
    answer.state === 'refused' ? [answer.reason, ...answer.paths] : [answer.state];
  const nowAt = (): RebaseStop => stopOf(bed.state());
  const inLanding = (name: string): string => readFileSync(`${landing}/${name}`, 'utf8');

  afterEach(() => {
    bed.remove();
  });

  it('refuses with a reason, and changes nothing', () => {
    make(clean);
    const { workspace } = bed;
    const refused = (reason: string, prepare: () => void, undo: () => void): void => {
      prepare();
      const before = bed.snapshot();
      assert.deepEqual(refusal(bed.begin()), [reason]);
      assert.deepEqual(bed.snapshot(), before);
      undo();
    };
    const config = (key: string, value: string) => () => void git(workspace, 'config', key, value);
    const unset = (key: string) => () => void git(workspace, 'config', '--unset', key);
    refused('partial', config('remote.origin.promisor', 'true'), unset('remote.origin.promisor'));
    refused(
      'moved-on',
      () => git(workspace, 'reset', '--soft', 'HEAD~'),
      () => git(workspace, 'reset', '--soft', bed.head),
    );
    const merging = `${workspace}/.git/MERGE_HEAD`;
    refused(
      'operation',
      () => {
        writeFileSync(merging, `${bed.onto}\n`);
      },
      () => {
        rmSync(merging);
      },
    );
    assert.deepEqual(refusal(bed.resume()), ['none']);
    assert.deepEqual(refusal(bed.continue()), ['none']);
    bed.begin();
    assert.deepEqual(refusal(bed.begin()), ['exists']);
    assert.deepEqual(refusal(bed.continue()), ['not-stopped']);
    bed.abort();
    rmSync(`${workspace}/.git/objects/${bed.onto.slice(0, 2)}/${bed.onto.slice(2)}`, { force: true });
  });

  it('knows no commit that is not there, and one that an alternate has', () => {
    make(clean);
    const other = bed.scratch.path('mirror');
    git(bed.scratch.folder, 'clone', '--quiet', bed.workspace, other);
    git(other, 'checkout', '--quiet', bed.onto);
    const onto = commit(other, { fresh: 'from the mirror\n' });
    const fresh = {
      ...bed.commands.begin(),
      command: bed.commands.begin().command.with(-1, onto) as [string, ...string[]],
    };
    assert.deepEqual(refusal(bed.run(fresh) as RebaseAnswer), ['onto-missing']);
    write(bed.workspace, { '.git/objects/info/alternates': `${other}/.git/objects\n` });
    const { commit: result } = bed.toTheEnd(bed.run(fresh) as RebaseAnswer);
    assert.equal(git(bed.workspace, 'rev-parse', `${result}~2`), onto);
  });

  it('runs no hook, filter or program of the settings that would change how git rebases', () => {
    make(clean);
    const ran = bed.scratch.path('ran');
    const program = bed.scratch.path('program');
    writeFileSync(program, `#!/bin/sh\necho "$0" >>'${ran}'\n`);
    chmodSync(program, 0o755);
    for (const hook of [
      'post-checkout',
      'pre-rebase',
      'post-rewrite',
      'reference-transaction',
      'post-commit',
      'pre-commit',
    ])
      symlinkSync(program, `${bed.workspace}/.git/hooks/${hook}`);
    for (const [key, value] of [
      ...['core.fsmonitor', 'core.editor', 'sequence.editor', 'gpg.program'].map((name) => [name, program] as const),
      ...['commit.gpgSign', 'rebase.autoStash', 'rebase.updateRefs', 'rebase.autoSquash', 'rerere.enabled'].map(
        (name) => [name, 'true'] as const,
      ),
    ])
      git(bed.workspace, 'config', key, value);
    const refs = git(bed.workspace, 'for-each-ref', 'refs/heads');
    rmSync(ran, { force: true });
    const { commit: result } = bed.toTheEnd(bed.begin());
    assert.equal(git(bed.workspace, '-c', 'core.fsmonitor=false', 'for-each-ref', 'refs/heads'), refs);
    assert.equal(bed.move(bed.head, result).state, 'moved');
    assert.equal(existsSync(ran) ? readFileSync(ran, 'utf8') : '', '');
  });

  it('keeps authors and their dates, and the branch of the reflog tells of the move', () => {
    make(clean);
    const authors = (range: string): string => git(bed.workspace, 'log', '--format=%an %ae %ad %s', range);
    const before = authors(`${bed.head}~2..${bed.head}`);
    const { commit: result } = bed.toTheEnd(bed.begin());
    assert.equal(authors(`${bed.onto}..${result}`), before);
    bed.move(bed.head, result);
    assert.equal(git(bed.workspace, 'rev-parse', 'refs/heads/work'), result);
    assert.match(git(bed.workspace, 'reflog', '-1', 'work'), /flotilla: landing$/);
  });

  it('works with a detached HEAD, with object ids of SHA-256, and writes files for nobody else', () => {
    make(clean);
    git(bed.workspace, 'checkout', '--quiet', '--detach');
    const { commit: result } = bed.toTheEnd(bed.begin());
    assert.equal(statSync(landingFolder(bed.workspace).replace(/\/[^/]*$/, '')).mode & 0o777, 0o700);
    const state = bed.state();
    assert.deepEqual(state.state === 'done' && [state.branch, state.moved, state.onto], [undefined, false, bed.onto]);
    assert.equal(bed.move(bed.head, result).state, 'moved');
    assert.throws(() => git(bed.workspace, 'symbolic-ref', '-q', 'HEAD'));
    assert.equal(git(bed.workspace, 'rev-parse', 'work'), bed.head);
    const shape = sides('long', twoStops);
    const ids = importHistory(bed.scratch.path('long'), shape.commits, 'sha256');
    git(bed.scratch.path('long'), 'checkout', '--quiet', ids[shape.head]!);
    const long = Object.assign(bed.commands.begin(), {
      command: bed.commands
        .begin()
        .command.map((part) =>
          part === bed.workspace
            ? bed.scratch.path('long')
            : part === bed.head
              ? ids[shape.head]!
              : part === bed.onto
                ? ids[shape.onto]!
                : part,
        ) as [string, ...string[]],
    });
    const stop = stopOf(bed.run(long) as RebaseAnswer);
    assert.deepEqual(stop.open, ['f', 'gone']);
  });

  it('tells of each stop what conflicts, what is open, and what else has changed', () => {
    make(twoStops);
    const stop = stopOf(bed.begin());
    assert.deepEqual([stop.number, stop.of, stop.subject, stop.cut], [1, 3, 'session 1', false]);
    assert.deepEqual(
      stop.unmerged.map(({ path, stage }) => `${path} ${stage}`),
      ['f 1', 'f 2', 'f 3', 'gone 1', 'gone 3'],
    );
    assert.deepEqual([stop.marked, stop.open, stop.withMarkers, stop.changed], [['f'], ['f', 'gone'], ['f'], []]);
    const ours = stop.unmerged.find(({ path, stage }) => path === 'f' && stage === 2)!;
    assert.equal(bed.blob(ours.object, 10_000)?.toString(), text({ 9: 'x' }));
    assert.equal(bed.blob(ours.object, 10), undefined);
    assert.equal(bed.blob('0'.repeat(40), 10), undefined);
    assert.equal(bed.blob(stop.commit, 10_000), undefined);
    write(landing, { f: text({ 9: 'xy' }), 'new file': 'n\n' });
    git(landing, 'rm', '--quiet', '--cached', '--sparse', 'g');
    assert.deepEqual(nowAt().changed, ['g', 'new file']);
    assert.deepEqual(nowAt().open, ['gone']);
    git(landing, 'add', '--sparse', 'gone');
    assert.deepEqual([nowAt().open, nowAt().unmerged], [[], stop.unmerged]);
  });

  it('takes a side, what is on disk, or nothing, and puts a conflict back', () => {
    make(twoStops);
    const stop = stopOf(bed.begin());
    const conflict = inLanding('f');
    const entries = git(landing, 'ls-files', '-u');
    const take = (
      ...[how, ...paths]: Parameters<RebaseBed['take']> extends [infer H, unknown] ? [H, ...string[]] : never
    ): void => {
      assert.deepEqual(bed.take(how, paths), { state: 'ok' });
    };
    take('ours', 'f', 'gone');
    assert.deepEqual([inLanding('f'), existsSync(`${landing}/gone`), nowAt().open], [text({ 9: 'x' }), false, []]);
    take('theirs', 'f', 'gone');
    assert.deepEqual([inLanding('f'), inLanding('gone'), nowAt().open], [text({ 9: 'y' }), text({ 5: 'y' }), []]);
    take('conflict', 'f', 'gone');
    assert.deepEqual([inLanding('f'), git(landing, 'ls-files', '-u'), nowAt()], [conflict, entries, stop]);
    take('delete', 'f');
    assert.deepEqual([existsSync(`${landing}/f`), nowAt().open], [false, ['gone']]);
    take('conflict', 'f');
    write(landing, { gone: 'kept\n' });
    rmSync(`${landing}/f`);
    assert.deepEqual(nowAt().open, ['f', 'gone']);
    take('keep', 'f', 'gone', 'g', '../../etc/passwd');
    assert.deepEqual([nowAt().open, git(landing, 'show', ':gone')], [[], 'kept']);
    write(landing, { 'd/x': 'changed\n', 'a/new': 'n\n', stays: 's\n' });
    take('stop', 'd/x', 'a/new', 'f');
    assert.deepEqual([inLanding('d/x'), nowAt().changed, existsSync(`${landing}/f`)], ['theirs\n', ['stays'], false]);
  });

  it('goes on only when all is resolved and nothing else was changed, unless that is wanted', () => {
    make(twoStops);
    bed.begin();
    assert.deepEqual(refusal(bed.continue()), ['unresolved', 'f', 'gone']);
    git(landing, 'add', '--sparse', 'f', 'gone');
    assert.deepEqual(refusal(bed.continue()), ['unresolved', 'f']);
    write(landing, { f: text({ 9: 'xy' }), 'd/x': 'theirs, explained\n', more: 'm\n' });
    assert.deepEqual(refusal(bed.continue()), ['changed', 'd/x', 'more']);
    const second = stopOf(bed.continue('keep'));
    assert.deepEqual([second.number, second.marked, second.changed], [2, ['d/x'], []]);
    const done = git(landing, 'show', '--name-status', '--format=%s', 'HEAD').split('\n');
    assert.deepEqual(done, ['session 1', '', 'M\td/x', 'M\tf', 'A\tgone', 'A\tmore']);
  });

  it('has the files of a stop at hand, also when one conflicts again and again', () => {
    const edit = (line: string) => ({ 'd/f': text({ 9: line }) });
    make({ base: edit('line 9'), ours: [edit('x')], theirs: [edit('a'), edit('b'), edit('c'), edit('d')] });
    let answer = bed.begin();
    for (const line of ['a', 'b', 'c']) {
      const stop = stopOf(answer);
      assert.deepEqual([stop.marked, stop.open], [['d/f'], ['d/f']]);
      assert.match(inLanding('d/f'), new RegExp(`\n=======\n${line}\n>>>>>>> `));
      write(landing, edit(`x and ${line}`));
      if (line === 'b') bed.fill();
      answer = bed.continue();
    }
    assert.deepEqual(stopOf(answer).marked, ['d/f']);
  });

  it('writes the whole tree when it is wanted, keeps what was changed, and goes on with it', () => {
    make(twoStops);
    bed.begin();
    assert.equal(existsSync(`${landing}/g`), false);
    write(landing, { f: text({ 9: 'xy' }) });
    assert.deepEqual(bed.fill(), { state: 'ok' });
    assert.deepEqual([inLanding('g'), inLanding('f'), inLanding('d/x')], ['g\n', text({ 9: 'xy' }), 'theirs\n']);
    assert.deepEqual(nowAt().changed, []);
    write(landing, { g: 'changed\n' });
    assert.deepEqual(nowAt().changed, ['g']);
    bed.take('stop', ['g']);
    bed.take('keep', ['gone']);
    assert.deepEqual(stopOf(bed.continue()).marked, ['d/x']);
    bed.take('ours', ['d/x']);
    assert.equal(bed.continue().state, 'done');
    assert.deepEqual([inLanding('g'), inLanding('h')], ['g\n', 'h\n']);
    assert.equal(git(landing, 'status', '--porcelain'), '');
  });

  it('goes on behind the last resolved stop when the rebase was lost or ended by somebody', () => {
    make(twoStops);
    bed.begin();
    write(landing, { f: text({ 9: 'by hand' }), gone: 'by hand\n' });
    bed.take('keep', ['gone']);
    const second = stopOf(bed.continue());
    const again = (): void => {
      assert.equal(bed.state().state, 'interrupted');
      assert.deepEqual(refusal(bed.continue()), ['interrupted']);
      const { commit: at, number, of, open } = stopOf(bed.resume());
      assert.deepEqual([at, number, of, open], [second.commit, 2, 3, ['d/x']]);
      assert.deepEqual(
        [git(landing, 'show', 'HEAD:gone'), git(landing, 'log', '-1', '--format=%an %s')],
        ['by hand', 'Ada session 1'],
      );
    };
    rmSync(landing, { recursive: true });
    again();
    git(landing, 'rebase', '--abort');
    again();
    git(landing, 'checkout', '--theirs', '.');
    git(landing, 'add', '--sparse', '.');
    git(landing, '-c', 'core.editor=true', 'rebase', '--continue');
    again();
    assert.deepEqual(bed.resume(), bed.state().state === 'stopped' ? { state: 'stopped', stop: nowAt() } : undefined);
    const { commit: result } = bed.toTheEnd(bed.resume());
    assert.equal(git(bed.workspace, 'show', `${result}:f`), text({ 9: 'by hand' }).trim());
    assert.equal(git(bed.workspace, 'log', '--format=%s', `${bed.onto}..${result}`), 'session 3\nsession 2\nsession 1');
  });

  it('takes the locks of a git that was killed away before it goes on, finishes or is given up', () => {
    const lock = (): string => {
      const file = `${bed.workspace}/.git/packed-refs.lock`;
      writeFileSync(file, '');
      return file;
    };
    make(twoStops);
    bed.begin();
    rmSync(landing, { recursive: true });
    const met = lock();
    // With a lock there git would wait a second for it with each commit, and tell nobody.
    bed.toTheEnd(bed.resume());
    assert.ok(!existsSync(met));
    lock();
    assert.deepEqual(bed.finish(), { state: 'ok', backup: 'refs/flotilla/landing/before-1' });
    lock();
    bed.begin();
    lock();
    assert.deepEqual(bed.abort(), { state: 'ok' });
  });

  it('keeps the last twenty starting points, and finishes only what is done', () => {
    make({ ...clean, ours: [{ f: text({ 18: 'x' }) }] });
    assert.deepEqual([bed.begin().state, refusal(bed.finish() as RebaseAnswer)], ['stopped', ['not-done']]);
    bed.abort();
    for (let at = 1; at <= 25; at += 1)
      git(bed.workspace, 'update-ref', `refs/flotilla/landing/before-${at}`, bed.onto);
    bed.toTheEnd(bed.begin());
    assert.deepEqual(bed.finish(), { state: 'ok', backup: 'refs/flotilla/landing/before-26' });
    const left = git(
      bed.workspace,
      'for-each-ref',
      '--sort=version:refname',
      '--format=%(refname:lstrip=3) %(objectname)',
      'refs/flotilla',
    ).split('\n');
    assert.deepEqual([left.length, left[0], left.at(-1)], [20, `before-7 ${bed.onto}`, `before-26 ${bed.head}`]);
    assert.deepEqual(bed.finish(), { state: 'ok', backup: undefined });
  });
});
