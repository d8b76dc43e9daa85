import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { places } from '../../../src/engine/runtime/contract.ts';
import { inside } from '../../../src/engine/git/inside.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { sendMirror } from '../../../src/engine/git/sendMirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch } from '../../support/localEnvironment.ts';

describe('a workspace is filled from the mirror', () => {
  let scratch: Scratch;
  let repo: string;
  let base: string;
  let mirror: Mirror;
  let environment: LocalEnvironment;

  const fill = async (url?: string): Promise<void> => {
    environment.fill({ branch: 'flotilla/x-1', base, url, refs: await mirror.refs(), objects: mirror.objectsFolder });
  };

  beforeEach(async () => {
    scratch = new Scratch();
    repo = scratch.path('repo');
    makeRepository(repo);
    git(repo, 'branch', 'a-b');
    git(repo, 'branch', 'a/b');
    git(repo, 'tag', '-a', '-m', 'v1', 'v1');
    base = commit(repo, { 'src/größe.txt': 'x\n', 'run.sh': '#!/bin/sh\n' });
    mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(repo));
    await mirror.ensure();
    environment = new LocalEnvironment(scratch.path('environment'));
  });

  afterEach(() => {
    scratch.remove();
  });

  it('checks out the new branch, knows the origin, and copies no object', async () => {
    await fill('https://example.org/team/repo.git');
    const { workspace } = environment;
    assert.equal(git(workspace, 'status', '--porcelain', '--branch'), '## flotilla/x-1');
    assert.equal(git(workspace, 'rev-parse', 'HEAD', 'origin/main').split('\n').join(), `${base},${base}`);
    assert.equal(git(workspace, 'describe', '--always'), `v1-1-g${base.slice(0, 7)}`);
    assert.equal(git(workspace, 'remote', 'get-url', 'origin'), 'https://example.org/team/repo.git');
    assert.equal(git(workspace, 'config', 'user.name'), 'Ada "the" \\ Countess');
    assert.match(git(workspace, 'count-objects'), /^0 objects/);
    assert.equal(git(workspace, 'fsck', '--no-dangling'), '');
    assert.deepEqual(git(workspace, 'branch', '-r', '--format=%(refname:lstrip=3)').split('\n'), [
      'a-b',
      'a/b',
      'main',
    ]);
    assert.ok(!existsSync(`${workspace}/.git/hooks`));
  });

  it("never tells the environment a path of the host's", async () => {
    await fill(repo);
    assert.ok(!readFileSync(`${environment.workspace}/.git/config`, 'utf8').includes(scratch.folder));
  });

  it('changes nothing when it is called again after work was done', async () => {
    await fill();
    const made = commit(environment.workspace, { 'new.txt': 'n\n' });
    writeFileSync(`${environment.workspace}/new.txt`, 'uncommitted\n');
    await fill();
    assert.equal(git(environment.workspace, 'rev-parse', 'HEAD'), made);
    assert.equal(readFileSync(`${environment.workspace}/new.txt`, 'utf8'), 'uncommitted\n');
  });

  it('goes on where an earlier fill was cut off', async () => {
    await fill();
    const { workspace } = environment;
    writeFileSync(`${workspace}/.git/flotilla-filling`, '');
    writeFileSync(`${workspace}/.git/index.lock`, '');
    rmSync(`${workspace}/.git/HEAD`);
    rmSync(`${workspace}/run.sh`);
    await fill('https://example.org/x');
    assert.equal(git(workspace, 'status', '--porcelain'), '');
    assert.equal(git(workspace, 'remote', 'get-url', 'origin'), 'https://example.org/x');
    assert.ok(!existsSync(`${workspace}/.git/flotilla-filling`));
  });

  it('leaves a workspace alone that holds something else', async () => {
    mkdirSync(environment.workspace, { recursive: true });
    writeFileSync(`${environment.workspace}/file`, 'mine');
    await assert.rejects(fill(), /not empty/);
    rmSync(environment.workspace, { recursive: true });
    makeRepository(environment.workspace);
    await assert.rejects(fill(), /another repository/);
  });

  it('is filled over an exec where the mirror can not be mounted', async () => {
    await sendMirror({ folder: mirror.folder, connect: environment.fetch(base) });
    environment.fill({ branch: 'flotilla/x-1', base, url: undefined, refs: await mirror.refs(), objects: null });
    assert.equal(git(environment.workspace, 'status', '--porcelain', '--branch'), '## flotilla/x-1');
    assert.equal(git(environment.workspace, 'fsck', '--no-dangling'), '');
    assert.ok(!existsSync(`${environment.workspace}/.git/objects/info/alternates`));
  });

  it('says that a fill over an exec failed', async () => {
    await assert.rejects(
      sendMirror({ folder: mirror.folder, connect: environment.fetch('1'.repeat(40)) }),
      /could not be filled/,
    );
  });

  it('uses the places that every environment has', () => {
    assert.equal(inside.tools, places.tools);
    assert.equal(inside.objects, places.objects);
    assert.ok(inside.checkpoints.startsWith(`${places.claude}/`));
  });
});
