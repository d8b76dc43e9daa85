import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';
import { places, type RunCommand, type RunResult } from '../../../src/engine/runtime/contract.ts';
import { LiveFiles } from '../../../src/engine/session/liveFiles.ts';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { operations } from '../../../src/protocol/operations.ts';
import type { OperationInput } from '../../../src/protocol/operations.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');
const { signal } = new AbortController();

/** The script on this machine, in a folder that stands for a workspace. */
const local = (folder: string) => ({
  workspaceFolder: folder,
  async run({ command, input, maxBytes }: RunCommand): Promise<RunResult> {
    const [file = '', ...args] = command.map((word) => word.replace(places.tools, tools));
    const { exitCode, stdout, stderr } = await runOnHost({ file, args, input: input ?? '', maxBytes, cwd: '/' });
    return { exitCode, stdout, stderr, truncated: false };
  },
});

describe("the files of a session's workspace", () => {
  let top: string;
  let folder: string;
  let files: LiveFiles;

  beforeEach(async () => {
    top = await mkdtemp(path.join(os.tmpdir(), 'flotilla-files-'));
    folder = path.join(top, 'my work ü');
    await mkdir(path.join(folder, 'sub/deep'), { recursive: true });
    await mkdir(path.join(top, 'outside'));
    await writeFile(path.join(top, 'outside/secret'), 'not yours');
    await writeFile(path.join(folder, 'a.txt'), 'hello\n');
    files = new LiveFiles(local(folder));
  });
  afterEach(() => rm(top, { recursive: true, force: true }));

  const at = (name: string): string => path.join(folder, name);
  const text = async (name: string): Promise<string> => (await files.read(name, signal)).content.toString('utf8');
  const write = (input: Omit<OperationInput<'file.write'>, 'session' | 'content'> & { text: string }) => {
    const { text: content, ...rest } = input;
    const whole = { session: 's', content: Buffer.from(content).toString('base64'), ...rest };
    return files.write(operations['file.write'].input.parse(whole), signal);
  };
  const refuses = (work: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(work, (error) => FlotillaError.is(error, code) || assert.fail(`${String(error)}, not ${code}`));

  it('tells what paths are, and which are not there', async () => {
    await symlink('a.txt', at('link'));
    await symlink('sub', at('folder link'));
    await symlink('nowhere', at('dangling'));
    const paths = ['a.txt', '', 'sub', 'link', 'folder link', 'dangling', 'no', 'a.txt/below', 'sub/deep'];
    const found = await files.stat(paths, signal);
    const words = found.map((one) => one && `${one.kind}${one.isLink ? ' link' : ''}`);
    const expected = ['file', 'folder', 'folder', 'file link', 'folder link', 'other link'];
    assert.deepEqual(words, [...expected, undefined, undefined, 'folder']);
    const { mtimeMs, size } = await stat(at('a.txt'));
    assert.equal(found[0]?.size, size);
    assert.ok(Math.abs(found[0].modified - mtimeMs) < 1.5, `${found[0].modified} is not ${mtimeMs}`);
  });

  it('lists a folder, whatever its names are', async () => {
    const names = [
      'a b',
      '-rf',
      '*',
      '$(touch x)',
      "it's",
      'new\nline',
      'tab\t',
      ' ',
      '\\',
      'ü漢',
      '.hidden',
      '"',
      '81a4 1 1 x .',
    ];
    for (const name of names) await writeFile(at(`sub/${name}`), name);
    await symlink('../a.txt', at('sub/li\nnk'));
    await symlink(path.join(top, 'outside/secret'), at('sub/out'));
    const { entries, truncated } = await files.list('sub', signal);
    assert.equal(truncated, false);
    assert.deepEqual(entries.map(({ name }) => name).sort(), [...names, 'deep', 'li\nnk', 'out'].sort());
    const kinds = new Map(entries.map(({ name, stat: { kind, isLink } }) => [name, `${kind} ${isLink}`]));
    assert.equal(kinds.get('li\nnk'), 'file true');
    assert.equal(kinds.get('out'), 'other true');
    assert.equal(kinds.get('deep'), 'folder false');
    for (const name of names) assert.equal(await text(`sub/${name}`), name);
  });

  it('lists a folder that holds nothing but links that lead nowhere', async () => {
    await symlink('/etc/passwd', at('sub/deep/out'));
    await symlink('nowhere', at('sub/deep/dangling'));
    const { entries } = await files.list('sub/deep', signal);
    assert.deepEqual(entries.map(({ name, stat: { kind } }) => `${name} ${kind}`).sort(), [
      'dangling other',
      'out other',
    ]);
  });

  it('lists what any names make, one entry each', async () => {
    const name = fc
      .string({
        unit: fc.constantFrom('a', '\n', ' ', '.', '-', '0', 'é', '*', '\\', "'"),
        minLength: 1,
        maxLength: 12,
      })
      .filter((word) => word !== '.' && word !== '..');
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 8 }), async (names) => {
        await rm(at('sub'), { recursive: true });
        await mkdir(at('sub'));
        for (const one of names) await writeFile(at(`sub/${one}`), '');
        const { entries } = await files.list('sub', signal);
        assert.deepEqual(entries.map((entry) => entry.name).sort(), [...names].sort());
      }),
      { numRuns: 40 },
    );
  }).timeout(30_000);

  it('reads bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 10, 0xc3, 0x28]);
    await writeFile(at('binary'), bytes);
    assert.deepEqual((await files.read('binary', signal)).content, bytes);
    await writeFile(at('empty'), '');
    assert.equal(await text('empty'), '');
  });

  it('never leaves the workspace: not by links, and not by links in the way', async () => {
    await symlink(path.join(top, 'outside'), at('out'));
    await symlink('../outside/secret', at('secret'));
    await refuses(files.read('secret', signal), 'file-denied');
    await refuses(files.read('out/secret', signal), 'file-denied');
    await refuses(files.list('out', signal), 'file-denied');
    await refuses(write({ path: 'secret', text: 'mine' }), 'file-denied');
    await refuses(write({ path: 'out/new', text: 'mine' }), 'file-denied');
    await refuses(files.delete('out/secret', false, signal), 'file-denied');
    await refuses(files.rename('a.txt', 'out/a.txt', true, signal), 'file-denied');
    await refuses(files.makeFolder('out/new', signal), 'file-denied');
    assert.deepEqual(await readdir(path.join(top, 'outside')), ['secret']);
    assert.equal(await readFile(path.join(top, 'outside/secret'), 'utf8'), 'not yours');
    const [link] = await files.stat(['secret'], signal);
    assert.deepEqual([link?.kind, link?.isLink], ['other', true]);
  });

  it('refuses paths that are not below the workspace before it asks', () => {
    for (const wrong of ['../x', 'a/../b', '/etc', 'a//b', './a', 'a/', 'nul\0', '\ud800'])
      assert.equal(operations['file.read'].input.safeParse({ session: 's', path: wrong }).success, false, wrong);
    for (const right of ['...', 'a..b', '-', ' ', 'a/b c/ü'])
      assert.equal(operations['file.read'].input.safeParse({ session: 's', path: right }).success, true, right);
  });

  it('does not open what would block or never end', async () => {
    await runOnHost({ file: 'mkfifo', args: [at('pipe')] });
    await refuses(files.read('pipe', signal), 'file-denied');
    await refuses(write({ path: 'pipe', text: 'x' }), 'file-denied');
    await runOnHost({ file: 'truncate', args: ['-s', '1G', at('huge')] });
    await refuses(files.read('huge', signal), 'file-too-long');
    await refuses(files.read('sub', signal), 'file-is-folder');
    await refuses(files.list('a.txt', signal), 'file-is-no-folder');
    await refuses(files.list('no', signal), 'file-missing');
  });

  it('writes a file whole, keeps its mode, and tells what it is then', async () => {
    await chmod(at('a.txt'), 0o755);
    const done = await write({ path: 'a.txt', text: 'new text' });
    assert.equal(done?.size, 8);
    assert.equal(await text('a.txt'), 'new text');
    assert.equal((await stat(at('a.txt'))).mode & 0o777, 0o755);
    await symlink('a.txt', at('link'));
    await write({ path: 'link', text: 'through the link' });
    assert.equal(await text('a.txt'), 'through the link');
    assert.equal((await files.stat(['link'], signal))[0]?.isLink, true);
  });

  it('makes and replaces files only as told', async () => {
    await refuses(write({ path: 'new', text: '', create: false }), 'file-missing');
    await refuses(write({ path: 'a.txt', text: '', overwrite: false }), 'file-exists');
    await refuses(write({ path: 'sub', text: '' }), 'file-is-folder');
    await refuses(write({ path: 'no/new', text: '' }), 'file-missing');
    await refuses(write({ path: 'a.txt/new', text: '' }), 'file-is-no-folder');
    assert.equal(await text('a.txt'), 'hello\n');
    assert.equal((await write({ path: 'new', text: '' }))?.size, 0);
  });

  it('takes a long file in parts and changes it with the last one only', async () => {
    const part = (offset: number, isLast: boolean) => ({ upload: 'abcdefgh', offset, isLast });
    assert.equal(await write({ path: 'a.txt', text: 'one ', part: part(0, false) }), null);
    assert.equal(await text('a.txt'), 'hello\n');
    await refuses(write({ path: 'a.txt', text: 'x', part: part(9, false) }), 'not-in-this-state');
    await refuses(write({ path: 'a.txt', text: 'two', part: part(4, true) }), 'not-in-this-state');
    await write({ path: 'a.txt', text: 'one ', part: part(0, false) });
    assert.equal((await write({ path: 'a.txt', text: 'two', part: part(4, true) }))?.size, 7);
    assert.equal(await text('a.txt'), 'one two');
  });

  it('leaves a file as it was when its new content does not arrive whole', async () => {
    const cut = new LiveFiles({
      workspaceFolder: folder,
      run: (command) => local(folder).run({ ...command, input: 'only the begi' }),
    });
    const input = { session: 's', path: 'a.txt', content: Buffer.from('only the beginning').toString('base64') };
    await refuses(cut.write(operations['file.write'].input.parse(input), signal), 'internal');
    assert.equal(await text('a.txt'), 'hello\n');
    assert.deepEqual((await readdir(folder)).sort(), ['a.txt', 'sub']);
  });

  it('keeps what is half written inside of .git, where no checkpoint finds it', async () => {
    await mkdir(at('.git'));
    await write({ path: 'new', text: 'half', part: { upload: 'abcdefgh', offset: 0, isLast: false } });
    assert.deepEqual((await readdir(folder)).sort(), ['.git', 'a.txt', 'sub']);
    assert.deepEqual(await readdir(at('.git/flotilla-uploads')), ['.flotilla-upload-abcdefgh']);
  });

  it('deletes files, links and folders, and never what a link leads to', async () => {
    await symlink('sub', at('link'));
    await files.delete('link', true, signal);
    assert.equal((await files.stat(['sub/deep'], signal))[0]?.kind, 'folder');
    await refuses(files.delete('sub', false, signal), 'folder-not-empty');
    await files.delete('sub/deep', false, signal);
    await files.delete('sub', true, signal);
    await refuses(files.delete('sub', true, signal), 'file-missing');
    assert.deepEqual(await readdir(folder), ['a.txt']);
  });

  it('does not delete or rename the folder that holds the commits', async () => {
    await mkdir(at('.git'));
    await refuses(files.delete('.git', true, signal), 'file-denied');
    await refuses(files.rename('.git', 'git', false, signal), 'file-denied');
    await refuses(files.rename('sub', '.git', true, signal), 'file-denied');
    assert.equal((await files.stat(['.git'], signal))[0]?.kind, 'folder');
  });

  it('renames and moves, and replaces only when told', async () => {
    await files.rename('a.txt', 'sub/b.txt', false, signal);
    assert.equal(await text('sub/b.txt'), 'hello\n');
    await writeFile(at('c'), 'c');
    await refuses(files.rename('c', 'sub/b.txt', false, signal), 'file-exists');
    await files.rename('c', 'sub/b.txt', true, signal);
    assert.equal(await text('sub/b.txt'), 'c');
    await refuses(files.rename('sub', 'sub/deep/sub', false, signal), 'invalid-input');
    await refuses(files.rename('no', 'yes', false, signal), 'file-missing');
    await refuses(files.rename('sub/b.txt', 'sub/deep', true, signal), 'file-is-folder');
    await mkdir(at('full/of'), { recursive: true });
    await refuses(files.rename('sub', 'full', true, signal), 'folder-not-empty');
    await files.rename('sub', 'moved', false, signal);
    assert.equal(await text('moved/b.txt'), 'c');
  });

  it('makes a folder in one that is there', async () => {
    await files.makeFolder('sub/new folder', signal);
    await refuses(files.makeFolder('sub/new folder', signal), 'file-exists');
    await refuses(files.makeFolder('no/new', signal), 'file-missing');
    assert.deepEqual((await readdir(at('sub'))).sort(), ['deep', 'new folder']);
  });
});
