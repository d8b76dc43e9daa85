import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LandingFile } from '../../../src/protocol/landing.ts';
import { git } from '../../support/localEnvironment.ts';
import { answer, ResolveBed } from './resolveBed.ts';

const nobody = (): never => assert.fail('Claude was asked');
const manifest = (more: object): string =>
  `${JSON.stringify({ name: 'x', version: '1.0.0', ...more }, undefined, 2)}\n`;
const lock = (more: object): string =>
  `${JSON.stringify({ name: 'x', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'x', ...more } } }, undefined, 2)}\n`;

/** Where this machine has its programs. */
const folders = (process.env['PATH'] ?? '').split(path.delimiter);

/** Has programs found in these folders alone. */
function searchIn({ environment }: ResolveBed, where: readonly string[]): void {
  const run = environment.run.bind(environment);
  environment.run = (command, signal) =>
    run({ ...command, variables: { ...command.variables, PATH: where.join(path.delimiter) } }, signal);
}

describe('what is resolved without Claude', function () {
  this.timeout(60_000);
  let bed: ResolveBed;
  afterEach(() => {
    bed.close();
  });

  const kindOf = async (
    kinds: Record<string, Partial<LandingFile>>,
    name: string,
  ): Promise<LandingFile | undefined> => {
    const stop = { ...bed.input(nobody).stop, files: bed.conflicts(kinds) };
    const before = bed.state();
    const { files } = await bed.resolve(nobody, { stop });
    assert.equal(bed.state(), before);
    return files.find((file) => file.path === name);
  };

  it('takes a content that both sides have, and the mode of whoever changed it', async () => {
    const sides = [{ 'keep.txt': 'x\n' }, { 'run.sh': '#!/bin/sh\n' }, { 'run.sh': 'plain\n' }] as const;
    bed = new ResolveBed(...sides);
    // The same file, new on both sides, of which only one is executable: git stops although there is nothing to merge.
    const object = git(bed.workTree, 'rev-parse', ':2:run.sh');
    git(bed.workTree, 'update-index', '--cacheinfo', `100644,${object},run.sh`);
    const entries = [`0 ${'0'.repeat(40)}\trun.sh`, `100755 ${object} 2\trun.sh`, `100644 ${object} 3\trun.sh`];
    await bed.environment.run({
      command: ['git', 'update-index', '--index-info'],
      cwd: bed.workTree,
      input: `${entries.join('\n')}\n`,
    });
    const { files } = await bed.resolve(nobody);
    assert.deepEqual([files[0]?.state, files[0]?.by], ['accepted', 'rule']);
    assert.equal(bed.read('run.sh'), '#!/bin/sh\n');
    assert.ok((statSync(bed.file('run.sh')).mode & 0o100) !== 0);
  });

  it('leaves deletions to a person, and says what the choices are', async () => {
    bed = new ResolveBed({ 'a.txt': 'one\n' }, { 'a.txt': '' }, { 'a.txt': 'two\n' });
    const file = await kindOf({ 'a.txt': { kind: 'modify-delete', deletedBy: 'ours' } }, 'a.txt');
    assert.deepEqual(
      [file?.state, file?.why],
      ['open', "The target deleted this file and the session changed it: keep the session's version, or delete it."],
    );
  });

  it('leaves binary files to a person, whatever kind they are said to be', async () => {
    bed = new ResolveBed({ 'a.bin': 'a\0a' }, { 'a.bin': 'b\0b' }, { 'a.bin': 'c\0c' });
    const file = await kindOf({}, 'a.bin');
    assert.equal(file?.state, 'open');
    assert.match(file.why ?? '', /binary file/);
  });

  it('leaves files that are too large to a person', async () => {
    const text = (word: string): string => `${word}\n${'line of text\n'.repeat(250_000)}`;
    bed = new ResolveBed({ 'big.txt': text('base') }, { 'big.txt': text('ours') }, { 'big.txt': text('theirs') });
    assert.match((await kindOf({}, 'big.txt'))?.why ?? '', /too large/);
  });

  it('leaves renames to a person', async () => {
    bed = new ResolveBed({ 'a.txt': 'a\n' }, { 'a.txt': 'b\n' }, { 'a.txt': 'c\n' });
    const file = await kindOf({ 'a.txt': { kind: 'rename-rename' } }, 'a.txt');
    assert.match(file?.why ?? '', /under which name/);
  });

  it('asks nobody when Claude is not wanted', async () => {
    bed = new ResolveBed({ 'a.txt': 'a\n' }, { 'a.txt': 'b\n' }, { 'a.txt': 'c\n' });
    const before = bed.state();
    const { files } = await bed.resolve(nobody, {
      options: { resolve: 'person', threshold: 0.8, budgetUsd: 5, lockFiles: true },
    });
    assert.equal(files[0]?.state, 'open');
    assert.equal(bed.state(), before);
  });

  it('joins the checksums of Go, unless they contradict each other', async () => {
    const sum = (version: string, hash = version): string => `example.org/m v${version} h1:${hash}=\n`;
    bed = new ResolveBed({ 'go.sum': sum('1') }, { 'go.sum': sum('1') + sum('2') }, { 'go.sum': sum('1') + sum('3') });
    const { files } = await bed.resolve(nobody);
    assert.deepEqual([files[0]?.state, files[0]?.by], ['accepted', 'rule']);
    assert.equal(bed.read('go.sum'), sum('1') + sum('2') + sum('3'));
    bed.close();
    bed = new ResolveBed({ 'go.sum': '' }, { 'go.sum': sum('2', 'a') }, { 'go.sum': sum('2', 'b') });
    await bed.resolve(() => answer([]));
    assert.equal(bed.requests.length, 3);
  });

  it('makes a lock file anew with npm, and nothing else', async () => {
    bed = new ResolveBed(
      { 'package.json': manifest({}), 'package-lock.json': lock({}) },
      { 'package-lock.json': lock({ version: '1.0.1' }) },
      { 'package-lock.json': lock({ version: '1.0.2' }) },
    );
    const { files, alsoChanged } = await bed.resolve(nobody);
    assert.deepEqual(
      [files[0]?.state, files[0]?.by, files[0]?.why],
      ['accepted', 'rule', "Made anew by npm from package.json, beginning with the target's version."],
    );
    assert.match(bed.read('package-lock.json'), /"version": "1.0.0",\n *"lockfileVersion"/);
    assert.equal(git(bed.workTree, 'status', '--porcelain'), 'UU package-lock.json');
    assert.deepEqual(alsoChanged, []);
  });

  it('makes it only after Claude has resolved what it is made from, and as sure as that is', async () => {
    bed = new ResolveBed(
      { 'package.json': manifest({ description: 'a' }), 'package-lock.json': lock({}) },
      { 'package.json': manifest({ description: 'b' }), 'package-lock.json': lock({ version: '1.0.1' }) },
      { 'package.json': manifest({ description: 'c' }), 'package-lock.json': lock({ version: '1.0.2' }) },
    );
    const { files } = await bed.resolve(() => {
      bed.write({ 'package.json': manifest({ version: '2.0.0', description: 'b and c' }) });
      return answer(['package.json'], 0.5);
    });
    assert.deepEqual(
      files.map(({ path: name, state, by }) => [name, state, by]),
      [
        ['package-lock.json', 'proposed', 'rule'],
        ['package.json', 'proposed', 'claude'],
      ],
    );
    assert.match(bed.read('package-lock.json'), /"version": "2.0.0"/);
  });

  it('leaves a lock file open as long as what it is made from is', async () => {
    bed = new ResolveBed(
      { 'package.json': manifest({ description: 'a' }), 'package-lock.json': lock({}) },
      { 'package.json': manifest({ description: 'b' }), 'package-lock.json': lock({ version: '1.0.1' }) },
      { 'package.json': manifest({ description: 'c' }), 'package-lock.json': lock({ version: '1.0.2' }) },
    );
    const { files } = await bed.resolve(() => answer([]));
    assert.deepEqual(
      files.map(({ state }) => state),
      ['open', 'open'],
    );
    assert.equal(files[0]?.why, 'package.json has to be resolved first; then this file can be made anew.');
  });

  it('gives Claude a lock file whose package manager fails or is not there', async () => {
    const sides = (text: string): Record<string, string> => ({ 'uv.lock': `version = ${text}\n` });
    bed = new ResolveBed({ ...sides('1'), 'pyproject.toml': '[project]\n' }, sides('2'), sides('3'));
    // Where this machine has one, it is out of sight.
    const others = folders.filter((folder) => !existsSync(path.join(folder, 'uv')));
    searchIn(bed, others);
    const { files } = await bed.resolve(() => {
      bed.write(sides('23'));
      return answer(['uv.lock']);
    });
    assert.deepEqual([files[0]?.state, files[0]?.by], ['accepted', 'claude']);
    bed.close();
    bed = new ResolveBed({ ...sides('1'), 'pyproject.toml': '[project]\n' }, sides('2'), sides('3'));
    searchIn(bed, others);
    const before = bed.state();
    const given = await bed.resolve(() => answer([]));
    assert.equal(given.files[0]?.state, 'open');
    assert.deepEqual(given.files[0].warnings, ['uv is not there in the environment.']);
    assert.equal(bed.state(), before);
  });

  it('puts back what a package manager changed beside its lock file', async () => {
    bed = new ResolveBed(
      { Gemfile: 'x\n', 'Gemfile.lock': 'a\n' },
      { 'Gemfile.lock': 'b\n' },
      { 'Gemfile.lock': 'c\n' },
    );
    const bin = bed.scratch.path('bin');
    mkdirSync(bin);
    const bundle = path.join(bin, 'bundle');
    writeFileSync(bundle, '#!/bin/sh\necho made >Gemfile.lock\necho more >>Gemfile\necho x >planted\n', {
      mode: 0o755,
    });
    searchIn(bed, [bin, ...folders]);
    const { files } = await bed.resolve(nobody);
    assert.equal(files[0]?.state, 'accepted');
    assert.equal(bed.read('Gemfile.lock'), 'made\n');
    assert.equal(bed.read('Gemfile'), 'x\n');
    assert.ok(!existsSync(bed.file('planted')));
  });

  it('resolves names with spaces, quotes, line ends and other scripts', async () => {
    const names = ['a b.txt', 'quote".txt', 'line\nend.txt', 'Größe.txt', '-rf.txt'];
    const all = (text: string): Record<string, string> =>
      Object.fromEntries(names.map((name) => [name, `${text} text\n`]));
    bed = new ResolveBed(all('base'), all('ours'), all('theirs'));
    const { files } = await bed.resolve(() => {
      bed.write(all('both'));
      return answer(names);
    });
    assert.deepEqual(new Set(files.map(({ path: name }) => name)), new Set(names));
    assert.ok(files.every(({ state }) => state === 'accepted'));
  });

  it('knows the marker size of a file, and lines that only look like markers', async () => {
    const heading = 'Title\n=======\n\n';
    bed = new ResolveBed(
      { 'a.rst': `${heading}base text\n`, '.gitattributes': '*.big conflict-marker-size=10\n', 'b.big': 'base text\n' },
      { 'a.rst': `${heading}ours text\n`, 'b.big': 'ours text\n' },
      { 'a.rst': `${heading}theirs text\n`, 'b.big': 'theirs text\n' },
    );
    const { files } = await bed.resolve(() => {
      bed.write({ 'a.rst': `${heading}ours text theirs text\n`, 'b.big': `both texts\n${'>'.repeat(10)} left\n` });
      return answer(['a.rst', 'b.big']);
    });
    assert.deepEqual(
      files.map(({ path: name, state }) => [name, state]),
      [
        ['a.rst', 'accepted'],
        ['b.big', 'open'],
      ],
    );
  });

  it('does not follow a link that stands in a folder of the work tree', async () => {
    const outside = (): string => bed.scratch.path('outside');
    bed = new ResolveBed({ 'd/a.txt': 'base text\n' }, { 'd/a.txt': 'ours text\n' }, { 'd/a.txt': 'theirs text\n' });
    const before = bed.state();
    const { files } = await bed.resolve(() => {
      mkdirSync(outside(), { recursive: true });
      if (existsSync(bed.file('d/a.txt')) && !existsSync(path.join(outside(), 'a.txt'))) {
        bed.remove('d');
        symlinkSync(outside(), bed.file('d'));
        bed.write({ 'd/a.txt': 'planted\n' });
      }
      return answer(['d/a.txt'], 1);
    });
    assert.equal(files[0]?.state, 'open');
    assert.equal(bed.state(), before);
    assert.ok(existsSync(path.join(outside(), 'a.txt')));
  });
});
