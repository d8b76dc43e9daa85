import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { checkpointCommand } from '../../src/engine/git/checkpoint.ts';
import { Mirror } from '../../src/engine/git/mirror.ts';
import { resolveSource } from '../../src/engine/git/source.ts';
import { WorkStore } from '../../src/engine/git/workStore.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { SessionNames } from '../../src/engine/runtime/devcontainer/sessionNames.ts';
import { Store } from '../../src/engine/store/store.ts';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch } from '../support/localEnvironment.ts';
import { noSignal, openRuntimeBed, type RuntimeBed, shell } from '../support/runtimeBed.ts';
import { type SmallDisk, smallDisk } from '../support/smallDisk.ts';
import { aSession, testActor } from '../support/storedSession.ts';

const isFull = (error: unknown): boolean => {
  assert.ok(FlotillaError.is(error, 'disk-full'), String(error));
  return true;
};

describe('a full disk', function () {
  this.timeout(60_000);
  let disk: SmallDisk;
  let scratch: Scratch;
  beforeEach(async function () {
    disk = await smallDisk(this, 6);
    scratch = new Scratch();
  });
  afterEach(async () => {
    scratch.remove();
    await disk.remove();
  });
  const noise = (): string => Array.from({ length: 40_000 }, () => Math.random().toString(36)).join('\n');

  it('of the store is said as such, loses nothing that was written, and is over once there is room', async () => {
    const { store } = Store.open(path.join(disk.folder, 'flotilla.db'), silentLog);
    const first = store.sessions.create(aSession(), testActor);
    await disk.fill();
    const text = 'x'.repeat(50_000);
    const write = (): void => {
      for (let count = 0; count < 300; count += 1)
        store.journal.append(testActor, first.id, { type: 'session.timeline', data: { kind: 'text', text } });
    };
    assert.throws(write, isFull);
    assert.throws(() => {
      store.transaction(() => {
        store.sessions.change(first.id, { name: 'never' }, testActor);
        write();
      });
    }, isFull);
    assert.equal(store.sessions.get(first.id).name, first.name);
    await disk.empty();
    const second = store.sessions.create(aSession(), testActor);
    store.close();
    const again = Store.open(path.join(disk.folder, 'flotilla.db'), silentLog);
    assert.equal(again.setAside, undefined);
    assert.deepEqual(new Set(again.store.sessions.list().map(({ id }) => id)), new Set([first.id, second.id]));
    again.store.close();
  });

  it('of the mirror is said as such, and the next try makes it whole', async () => {
    makeRepository(scratch.path('repository'));
    commit(scratch.path('repository'), { 'noise.txt': noise() });
    const mirror = Mirror.at(disk.folder, await resolveSource(scratch.path('repository')));
    await disk.fill(200_000);
    await assert.rejects(mirror.ensure(), isFull);
    await disk.empty();
    await mirror.ensure();
    assert.equal((await mirror.resolveBase('main')).commit, git(scratch.path('repository'), 'rev-parse', 'HEAD'));
  });

  it('of the work store is said as such, what came home before stays, and the rest comes the next time', async () => {
    const base = makeRepository(scratch.path('repository'));
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(scratch.path('repository')));
    await mirror.ensure();
    const environment = new LocalEnvironment(scratch.path('environment'));
    environment.fill({ branch: 'task', base, url: undefined, refs: [], objects: mirror.objectsFolder });
    const store = WorkStore.open(path.join(disk.folder, 'work.git'), mirror.objectsFolder);
    const early = commit(environment.workspace, { a: 'a' });
    await store.receive('abc', { connect: environment.connect });
    const late = commit(environment.workspace, { 'noise.txt': noise() });
    await disk.fill(100_000);
    await assert.rejects(store.receive('abc', { connect: environment.connect }), isFull);
    assert.equal(await store.head('abc', 'task'), early);
    await disk.empty();
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'task'), late);
    git(path.join(disk.folder, 'work.git'), 'fsck', '--no-dangling');
  });
});

describe("a full disk of a session's volume", function () {
  this.timeout(90_000);
  let bed: RuntimeBed;
  let close: (() => Promise<void>) | undefined;
  let environment: Environment;
  let volume = '';

  before(async function () {
    bed = await openRuntimeBed(this);
    close = bed.close;
    const spec = await bed.spec({ network: 'none' });
    volume = new SessionNames(bed.scope, spec.sessionId).workspaces;
    const options = ['type=tmpfs', 'device=tmpfs', 'o=size=4m,mode=0777'].flatMap((one) => ['--opt', one]);
    const { exitCode, stderr } = await runOnHost({ file: 'docker', args: ['volume', 'create', ...options, volume] });
    assert.equal(exitCode, 0, stderr);
    environment = await bed.runtime.provision(spec, () => undefined, noSignal);
  });
  after(async () => {
    await close?.();
    await runOnHost({ file: 'docker', args: ['volume', 'rm', '--force', volume] });
  });

  it('is said as such, and neither files nor the last checkpoint are harmed', async () => {
    const name = 'git config user.name a; git config user.email a@b;';
    await shell(environment, `git init -q -b task; ${name} echo one > a; git add a; git commit -qm one; echo two >> a`);
    const { command, parse } = checkpointCommand(environment.workspaceFolder);
    const first = parse(await environment.run({ command }));
    assert.equal(first.newest?.number, 1);
    await shell(environment, 'echo three >> a; cat /dev/zero > filling 2>/dev/null; true');
    const large = { path: `${environment.workspaceFolder}/large`, content: Buffer.alloc(100_000, 'x') };
    await assert.rejects(environment.writeFiles([large]), isFull);
    const failed = await environment.run({ command });
    assert.throws(() => parse(failed), /No space left|unable to (?:create|write)|ended with/);
    assert.equal(
      await shell(
        environment,
        'git rev-parse refs/flotilla/checkpoints/1; git --no-optional-locks status --porcelain a',
      ),
      `${first.commit ?? ''}\n M a\n`,
    );
    await shell(environment, 'rm filling');
    assert.equal(parse(await environment.run({ command })).newest?.number, 2);
    assert.equal(
      await shell(environment, 'git show refs/flotilla/checkpoints/2:a; git fsck 2>&1 | grep -v dangling; true'),
      'one\ntwo\nthree\n',
    );
  });
});

describe('a place for data that can not be used', function () {
  this.timeout(90_000);
  let flotilla: Flotilla;
  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({ baseImage: await requirePart(this, 'base image') });
  });
  after(() => flotilla.close());

  const listAt = async (home: string): Promise<{ exitCode: number | undefined; stderr: string }> => {
    const line = flotilla.commandLine(['list']);
    return await runOnHost({ ...line, env: { ...line.env, FLOTILLA_HOME: home } });
  };

  it('is named with what to do, and is no error of Flotilla itself', async () => {
    const at = (name: string): string => path.join(flotilla.folder, name);
    await writeFile(at('file'), '');
    for (const home of [at('file'), path.join(at('file'), 'below'), '/dev/null/x']) {
      const { exitCode, stderr } = await listAt(home);
      assert.ok(exitCode === 2 || exitCode === 5, `${home}: ${String(exitCode)} ${stderr}`);
      assert.doesNotMatch(stderr, /\n\s+at /, home);
    }
  });

  it('holds no database but something else: what is there stays, and is told', async () => {
    await flotilla.run(['list']);
    await flotilla.stopEngine();
    const { stdout } = await runOnHost({ file: 'find', args: [flotilla.folder, '-name', 'flotilla.db'] });
    const file = stdout.toString().trim();
    await writeFile(file, 'this is no database, and was somebody’s text');
    const { exitCode, stderr } = await flotilla.run(['list']);
    assert.equal(exitCode, 0, stderr);
    const kept = await runOnHost({ file: 'sh', args: ['-c', 'cat "$1".corrupt-*', 'sh', file] });
    assert.match(kept.stdout.toString(), /somebody’s text/);
    await flotilla.stopEngine();
    await runOnHost({ file: 'rm', args: ['-f', file] });
    await mkdir(file);
    const folderThere = await flotilla.run(['list']);
    assert.ok(
      folderThere.exitCode === 2 || folderThere.exitCode === 5,
      `${String(folderThere.exitCode)} ${folderThere.stderr}`,
    );
    await runOnHost({ file: 'rmdir', args: [file] });
    assert.equal((await flotilla.run(['list'])).exitCode, 0);
  });
});
