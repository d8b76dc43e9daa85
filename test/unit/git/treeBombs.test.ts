import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import type { Connect } from '../../../src/engine/git/incoming.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import {
  commit,
  git,
  gitVariables,
  LocalEnvironment,
  makeRepository,
  Scratch,
} from '../../support/localEnvironment.ts';
import { treeBomb } from '../../support/treeBomb.ts';

const levels = 9;
const identity = { name: 'Ada', email: 'ada@example.org' };

/** Behind tips that look like any other, a commit whose tree stands for a billion files. */
describe('a tree that holds more than can be, in the middle of a history', () => {
  let scratch: Scratch;
  let repository: string;
  let workspace: string;
  let environment: LocalEnvironment;
  let mirror: Mirror;
  let store: WorkStore;
  let base: string;
  let plain: string;
  let bomb: string;

  beforeEach(async () => {
    scratch = new Scratch();
    repository = scratch.path('repository');
    base = makeRepository(repository);
    mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(repository));
    await mirror.ensure();
    environment = new LocalEnvironment(scratch.path('environment'));
    environment.fill({ branch: 'task', base, url: undefined, refs: [], objects: mirror.objectsFolder });
    ({ workspace } = environment);
    store = WorkStore.open(scratch.path('work.git'), mirror.objectsFolder);
    plain = git(workspace, 'rev-parse', `${base}^{tree}`);
    bomb = treeBomb(workspace, levels, 'bomb');
  });

  afterEach(() => {
    scratch.remove();
  });

  const isRefused = (error: unknown): boolean => FlotillaError.is(error, 'limit-reached');
  const refused = (work: Promise<unknown>): Promise<void> => assert.rejects(work, isRefused);
  const make = (tree: string, ...parents: string[]): string =>
    git(workspace, 'commit-tree', ...parents.flatMap((id) => ['-p', id]), '-m', 'x', tree);
  /** A tree with one file of its own. */
  const treeWith = (name: string): string =>
    execFileSync('git', ['-C', workspace, 'mktree'], {
      input: `100644 blob ${git(workspace, 'rev-parse', `${base}:README.md`)}\t${name}\n`,
      encoding: 'utf8',
    }).trim();
  const bringHome = async (...commits: string[]): Promise<void> => {
    commits.forEach((id, at) => git(workspace, 'update-ref', `refs/heads/task${String(at)}`, id));
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'task0'), commits[0]);
  };
  /** The target moves on by one commit. */
  const moveTarget = async (): Promise<string> => {
    const onto = commit(repository, { 'target.txt': 'target' });
    await mirror.ensure();
    return onto;
  };

  it('is found before a landing is planned or forecast', async () => {
    const first = make(bomb, base);
    const head = make(treeWith('a'), first);
    await bringHome(head);
    await refused(store.replay(await moveTarget(), head));
    await refused(store.replay(base, head));
    await refused(store.replay(base, head, undefined, first));
  });

  it('is found where a merge brought it in, and where it lies behind one', async () => {
    const merge = make(treeWith('a'), base, make(bomb, base));
    const [one, other] = [make(bomb, base), make(plain, base)];
    const [left, right] = [make(plain, one, other), make(plain, other, one)];
    const tip = make(plain, left, right);
    await bringHome(merge, tip);
    await refused(store.replay(await moveTarget(), merge));
    await refused(store.replay(base, tip));
  });

  it('is found in what two sessions have in common, however crosswise they were merged', async () => {
    const shared = make(bomb, base);
    const [one, other] = [make(treeWith('a'), shared), make(treeWith('b'), shared)];
    const [deep, cross] = [make(plain, base), make(bomb, base)];
    const [left, right] = [make(treeWith('c'), deep, cross), make(treeWith('d'), cross, deep)];
    await bringHome(one, other, left, right);
    await refused(store.tipsConflict(one, other));
    await refused(store.tipsConflict(left, right));
  });

  it('is found in what is compared, or taken back', async () => {
    const first = make(bomb, base);
    const head = make(plain, first);
    await bringHome(head);
    await refused(store.diff(first, head));
    await refused(store.diff(base, first));
    await refused(store.pushNotices(first, head));
    await refused(store.revert({ before: base, landed: first, tip: head, identity }));
  });

  it('is named at an origin when a session begins from it', async () => {
    git(workspace, 'push', '--quiet', repository, `${make(bomb, base)}:refs/heads/evil`);
    await mirror.ensure();
    const evil = await mirror.resolveBase('evil');
    const [notice = ''] = await mirror.inspectBase(evil.commit);
    assert.match(notice, /^A commit has more than 2000000 files and folders/);
  });

  it('is pushed without being walked, also on top of another', async () => {
    const first = make(bomb, base);
    const second = make(treeBomb(workspace, levels, 'other'), first);
    await bringHome(make(plain, second), first, second);
    const remote = scratch.path('remote.git');
    git(scratch.folder, 'init', '--quiet', '--bare', remote);
    git(repository, 'remote', 'add', 'origin', remote);
    const source = await resolveSource(repository);
    await store.push({ source, commit: first, branch: 'work', expected: undefined });
    await store.push({ source, commit: second, branch: 'work', expected: first });
    assert.equal(git(remote, 'rev-parse', 'work'), second);
  });

  it('does not get in the way of honest commits with the same folders as others', async () => {
    const head = make(treeWith('a'), make(plain, base));
    await bringHome(head);
    const { commits } = await store.replay(await moveTarget(), head);
    assert.deepEqual(
      commits.map(({ outcome }) => outcome),
      ['clean', 'clean'],
    );
  });

  it('is no worse than a file that is too long for anybody to read, which is compared as a binary one', async () => {
    git(workspace, 'config', 'core.compression', '0');
    const first = commit(workspace, { 'long.txt': 'short\n' });
    const second = commit(workspace, { 'long.txt': 'as any other line\n'.repeat(60 * 64 * 1024) });
    await store.receive('abc', { connect: environment.connect });
    const { files, patch } = await store.diff(first, second);
    assert.deepEqual(files, [{ status: 'modified', path: 'long.txt' }]);
    assert.match(patch ?? '', /^Binary files a\/long\.txt and b\/long\.txt differ$/m);
  });

  it('is no worse than a subject that is longer than any list, which is cut', async () => {
    const first = make(plain, base);
    const args = ['-C', workspace, 'commit-tree', '-p', first, '-F', '-', plain];
    const input = Buffer.alloc(20 * 1024 ** 2, 'long ');
    const head = execFileSync('git', args, {
      input,
      encoding: 'utf8',
      env: { ...process.env, ...gitVariables },
    }).trim();
    await bringHome(head);
    const [newest] = await store.commits(base, head);
    assert.deepEqual([newest?.id, newest?.subject.length], [head, 500]);
  });

  it('is no worse than a file that is made of nothing and takes all memory', async () => {
    const unknown = base.replace(/^./, (digit) => (digit === 'a' ? 'b' : 'a'));
    const connect: Connect = () => {
      const [fromUploadPack, toUploadPack] = [new PassThrough(), new PassThrough()];
      toUploadPack.resume();
      fromUploadPack.end(hugeFile(unknown));
      return Promise.resolve({ fromUploadPack, toUploadPack, end: Promise.resolve(0) });
    };
    await refused(store.receive('abc', { connect, refs: [{ ref: 'refs/heads/task', commit: unknown }] }));
  });
});

const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;

/** What an upload-pack says that has one commit, and sends for it a file of a megabyte and one of three gigabytes made of copies of it. */
function hugeFile(commitId: string): Buffer {
  const zeros = Buffer.alloc(1024 * 1024);
  const name = createHash('sha1')
    .update(`blob ${String(zeros.length)}\0`)
    .update(zeros)
    .digest();
  const copy = Buffer.from([0x80 | 0x40, 0x10]);
  const delta = Buffer.concat([
    ...[zeros.length, zeros.length * 3072].map(size),
    ...Array.from({ length: 3072 }, () => copy),
  ]);
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\x02', 'latin1');
  const parts = [head, header(3, zeros.length), deflateSync(zeros), header(7, delta.length), name, deflateSync(delta)];
  const pack = Buffer.concat(parts);
  const sum = createHash('sha1').update(pack).digest();
  const said = `${line(`${commitId} refs/heads/task\0 \n`)}0000${line('NAK\n')}`;
  return Buffer.concat([Buffer.from(said, 'latin1'), pack, sum]);
}

/** Seven bits in each byte, the lowest first. */
function size(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0));
    if (left < 128) return Buffer.from(bytes);
  }
}

/** Of an object in a pack: its type, and its size with four bits in the first byte. */
const header = (type: number, bytes: number): Buffer =>
  Buffer.concat([Buffer.from([0x80 | (type << 4) | (bytes % 16)]), size(Math.floor(bytes / 16))]);
