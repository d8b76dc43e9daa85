import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { RevisionFiles } from '../../../src/engine/git/revisionFiles.ts';
import { git } from '../../support/sampleRepository.ts';

describe('files of a commit', () => {
  let folder: string;
  let files: RevisionFiles;
  const names = ['a.txt', 'sub/b c.txt', 'sub/new\nline', 'sub/ missing', ':(top)x', '-rf', 'ü'];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-revision-'));
    await git(folder, 'init', '--quiet');
    await mkdir(path.join(folder, 'sub'));
    for (const name of names) await writeFile(path.join(folder, name), `content of ${name}`);
    await symlink('a.txt', path.join(folder, 'link'));
    // A filter that would run a program, and a text that it would change.
    await writeFile(path.join(folder, '.gitattributes'), '*.txt filter=evil text eol=crlf\n');
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '--message', 'All');
    await git(folder, 'config', 'filter.evil.smudge', 'touch ran');
    files = new RevisionFiles(path.join(folder, '.git'), await git(folder, 'rev-parse', 'HEAD'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are read as they were committed, whatever their names are', async () => {
    for (const name of names) assert.equal((await files.read(name, 1000))?.toString(), `content of ${name}`);
    assert.equal((await files.read('link', 1000))?.toString(), 'a.txt');
  });

  it('are told from what is not there', async () => {
    const asked = ['no', 'sub/new\nline', 'no\nblob 12\n', 'sub', 'a.txt/x', '', 'a.txt'];
    const found = await files.stat(asked);
    const sizes = found.map((entry) => entry?.size);
    assert.equal(sizes[6], 'content of a.txt'.length);
    assert.deepEqual(
      found.map((entry) => entry?.kind),
      [undefined, 'file', undefined, 'folder', undefined, 'folder', 'file'],
    );
    for (const name of ['no', 'sub', '', 'no\nline']) assert.equal(await files.read(name, 1000), undefined);
  });

  it('are listed', async () => {
    const entries = await files.list('sub');
    assert.deepEqual(entries?.map(({ name }) => name).sort(), [' missing', 'b c.txt', 'new\nline']);
    const top = await files.list('');
    assert.equal(top?.find(({ name }) => name === 'link')?.kind, 'link');
    assert.equal(top.find(({ name }) => name === 'sub')?.kind, 'folder');
    assert.equal(await files.list('a.txt'), undefined);
    assert.equal(await files.list('no'), undefined);
  });

  it('are not read when they are too long', async () => {
    await assert.rejects(files.read('a.txt', 3), (error) => FlotillaError.is(error, 'file-too-long'));
  });
});
