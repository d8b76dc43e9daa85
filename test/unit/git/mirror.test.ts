import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { commit, git, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

describe('a mirror holds what an origin has', () => {
  let scratch: Scratch;
  let repo: string;
  let first: string;

  const open = async (text = repo): Promise<Mirror> => Mirror.at(scratch.path('mirrors'), await resolveSource(text));
  const made = async (text = repo): Promise<Mirror> => {
    const mirror = await open(text);
    await mirror.ensure();
    return mirror;
  };
  const names = async (mirror: Mirror): Promise<string[]> => (await mirror.heads()).map(({ name }) => name).sort();

  beforeEach(() => {
    scratch = new Scratch();
    repo = scratch.path('my repo');
    first = makeRepository(repo);
  });

  afterEach(() => {
    scratch.remove();
  });

  it('follows new, deleted and renamed branches', async () => {
    git(repo, 'branch', 'side');
    git(repo, 'tag', '-a', '-m', 'v1', 'v1');
    const mirror = await made();
    assert.deepEqual(await names(mirror), ['main', 'side']);
    assert.deepEqual((await mirror.refs()).at(-1)?.commit, first);
    git(repo, 'branch', '-D', 'side');
    git(repo, 'branch', 'side/deeper');
    const second = commit(repo, { a: 'a' });
    await mirror.ensure();
    assert.deepEqual(await names(mirror), ['main', 'side/deeper']);
    assert.deepEqual(await mirror.resolveBase(), { ref: 'main', commit: second });
  });

  it('keeps objects that the origin has thrown away, whoever runs git gc', async () => {
    const lost = commit(repo, { a: 'a' });
    const mirror = await made();
    git(repo, 'reset', '--hard', '--quiet', first);
    await mirror.ensure();
    git(mirror.folder, '-c', 'gc.pruneExpire=now', 'gc', '--quiet', '--prune=now');
    assert.equal(git(mirror.folder, 'cat-file', '-t', lost), 'commit');
  });

  it('is readable by every user whatever the umask of the engine', async () => {
    const before = process.umask(0o077);
    try {
      const mirror = await made();
      commit(repo, Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`f${at}`, `${at}`])));
      await mirror.ensure();
      const closed = execFileSync('find', [
        mirror.objectsFolder,
        '(',
        '-type',
        'd',
        '!',
        '-perm',
        '-555',
        ')',
        '-o',
        '!',
        '-perm',
        '-444',
      ]);
      assert.equal(closed.toString(), '');
    } finally {
      process.umask(before);
    }
  });

  it('asks at most one fetch of the origin for callers that come together, and none while it is young', async () => {
    const mirror = await open();
    const gone = new AbortController();
    const lines: string[] = [];
    const given = mirror.ensure(gone.signal);
    gone.abort();
    const others = Array.from({ length: 5 }, () => mirror.ensure(undefined, { report: (line) => lines.push(line) }));
    await assert.rejects(given, (error) => FlotillaError.is(error, 'cancelled'));
    await Promise.all(others);
    assert.ok(lines.length <= 1);
    const second = commit(repo, { a: 'a' });
    await mirror.ensure(undefined, { maxAgeMs: 60_000 });
    assert.equal((await mirror.resolveBase()).commit, first);
    await mirror.ensure();
    assert.equal((await mirror.resolveBase()).commit, second);
  });

  it('is brought up to date although the clock of the machine was put back', async () => {
    const mirror = await open();
    await mirror.ensure();
    const second = commit(repo, { a: 'a' });
    const { now } = Date;
    Date.now = () => now() - 2 * 86_400_000;
    try {
      await mirror.ensure();
    } finally {
      Date.now = now;
    }
    assert.equal((await mirror.resolveBase()).commit, second);
  });

  it('makes a new one where it finds something broken, and puts that aside', async () => {
    const mirror = await open();
    mkdirSync(`${mirror.folder}/objects`, { recursive: true });
    mkdirSync(`${mirror.folder}.making/rest`, { recursive: true });
    await mirror.ensure();
    assert.equal((await mirror.resolveBase()).commit, first);
    assert.ok(!existsSync(`${mirror.folder}.making`));
    rmSync(mirror.folder, { recursive: true });
    await mirror.ensure();
    assert.equal((await mirror.resolveBase()).commit, first);
  });

  it('keeps the objects of a broken one where they are: sessions borrow what the origin may have no more', async () => {
    const mirror = await made();
    git(repo, 'commit', '--quiet', '--amend', '-m', 'Begin otherwise');
    const { ino } = statSync(mirror.objectsFolder);
    rmSync(`${mirror.folder}/HEAD`);
    writeFileSync(`${mirror.folder}/config`, 'no configuration');
    await mirror.ensure();
    assert.equal((await mirror.resolveBase()).commit, git(repo, 'rev-parse', 'HEAD'));
    assert.equal(git(mirror.folder, 'cat-file', '-t', first), 'commit');
    assert.equal(statSync(mirror.objectsFolder).ino, ino);
    assert.equal(git(mirror.folder, 'config', 'extensions.preciousObjects'), 'true');
  });

  it('finds branches, tags, commits and what only the folder knows, and names what comes near', async () => {
    git(repo, 'tag', 'v1.0');
    git(repo, 'branch', 'feature/login');
    const second = commit(repo, { a: 'a' });
    git(repo, 'update-ref', 'refs/remotes/origin/upstream', commit(repo, { b: 'b' }));
    const upstream = git(repo, 'rev-parse', 'HEAD');
    git(repo, 'reset', '--hard', '--quiet', second);
    const mirror = await made();
    const find = async (ref: string): Promise<string> => (await mirror.resolveBase(ref)).commit;
    assert.equal(await find('main'), second);
    assert.equal(await find('origin/main'), second);
    assert.equal(await find('refs/heads/main'), second);
    assert.equal(await find('v1.0'), first);
    assert.equal(await find(first.slice(0, 8)), first);
    assert.equal(await find('main~1'), first);
    assert.equal(await find('origin/upstream'), upstream);
    const unknown = async (ref: string): Promise<string> =>
      await mirror.resolveBase(ref).then(
        () => 'found',
        (error: unknown) => (FlotillaError.is(error, 'base-unknown') ? error.message : String(error)),
      );
    assert.match(await unknown('feature/logn'), /Did you mean feature\/login\?/);
    for (const ref of ['0'.repeat(40), '--all', 'main..x', ':/Begin', 'a b', '^main', 'x\ny', 'main:README.md'])
      assert.match(await unknown(ref), /has no branch/);
  });

  it("starts from a detached HEAD's commit, and from an origin's default branch", async () => {
    const second = commit(repo, { a: 'a' });
    git(repo, 'checkout', '--quiet', '--detach');
    const third = commit(repo, { b: 'b' });
    assert.deepEqual(await (await made()).resolveBase(), { ref: 'HEAD', commit: third });
    git(repo, 'checkout', '--quiet', '-b', 'develop', second);
    const byUrl = await made(`file://${repo}`);
    assert.deepEqual(await byUrl.resolveBase(), { ref: 'develop', commit: second });
    git(repo, 'checkout', '--quiet', '--detach', first);
    await byUrl.ensure();
    assert.deepEqual(await byUrl.resolveBase(), { ref: 'HEAD', commit: first });
    git(repo, 'symbolic-ref', 'HEAD', 'refs/heads/nowhere');
    await byUrl.ensure();
    assert.deepEqual(await byUrl.resolveBase(), { ref: 'main', commit: second });
  });

  it('says when an origin is missing or empty, and leaves no half-made mirror in the way', async () => {
    const url = `file://${scratch.path('later.git')}`;
    await assert.rejects(made(url), (error) => FlotillaError.is(error, 'repository-missing'));
    git(scratch.folder, 'init', '--quiet', '--bare', 'later.git');
    await assert.rejects(made(url), (error) => FlotillaError.is(error, 'repository-empty'));
    git(repo, 'push', '--quiet', scratch.path('later.git'), 'main');
    await made(url);
  });

  it('names submodules and LFS', async () => {
    const plain = await made();
    assert.deepEqual(await plain.inspectBase(first), []);
    const lib = scratch.path('lib');
    makeRepository(lib);
    git(repo, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib, 'vendor/lib');
    const head = commit(repo, { 'assets/.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' });
    await plain.ensure();
    const [submodules, lfs] = await plain.inspectBase(head);
    assert.match(submodules!, /vendor\/lib is an empty folder/);
    assert.match(lfs!, /LFS/);
  });

  it('takes uncommitted work along and changes nothing in the folder', async () => {
    write(repo, { '.gitignore': 'ignored\n' });
    commit(repo, { 'b.txt': 'b\n' });
    write(repo, { 'README.md': 'changed\n', 'staged.txt': 's\n', 'neu ä.txt': 'n\n', ignored: 'x' });
    git(repo, 'add', 'staged.txt');
    rmSync(`${repo}/b.txt`);
    makeRepository(`${repo}/nested`);
    const state = (): string =>
      git(repo, 'status', '--porcelain') + git(repo, 'count-objects') + readFileSync(`${repo}/.git/index`, 'hex');
    const before = state();
    const mirror = await made();
    const base = await mirror.resolveBase();
    const taken = await mirror.takeUncommitted(base);
    assert.equal(state(), before);
    assert.deepEqual(taken.nested, ['nested']);
    const changes = git(
      mirror.folder,
      '-c',
      'core.quotePath=false',
      'diff-tree',
      '-r',
      '--name-status',
      '--no-commit-id',
      taken.commit,
    );
    assert.deepEqual(
      changes.split('\n'),
      ['D\tb.txt', 'M\tREADME.md', 'A\tneu ä.txt', 'A\tstaged.txt'].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1)),
    );
    assert.equal(git(mirror.folder, 'rev-parse', `${taken.commit}^`), base.commit);
    await assert.rejects(mirror.takeUncommitted({ ref: 'x', commit: first }), (error) =>
      FlotillaError.is(error, 'invalid-input'),
    );
  });

  it('takes nothing along when there is nothing', async () => {
    const mirror = await made();
    const base = await mirror.resolveBase();
    assert.deepEqual(await mirror.takeUncommitted(base), { commit: base.commit, nested: [] });
  });

  it('is closed to other users except for its objects', async () => {
    const mirror = await made();
    assert.equal(statSync(scratch.path('mirrors')).mode & 0o077, 0);
    writeFileSync(`${mirror.folder}/config.lock`, '');
    assert.ok(existsSync(mirror.objectsFolder));
  });
});
