import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import { requirePart } from '../support/bed.ts';
import {
  type DockerScene,
  closeDockerScene,
  dockerDisasters,
  makeDockerScene,
} from '../support/crash/dockerDisasters.ts';
import { findings } from '../support/crash/findings.ts';
import { SocketDoor } from '../support/crash/socketDoor.ts';
import { survives } from '../support/crash/survives.ts';
import { becomes } from '../support/runtimeBed.ts';
import { git } from '../support/sampleRepository.ts';

/** Those that every run takes; `npm run soak` takes all of them. */
const everyTime = [
  'Docker is restarted',
  'Docker is killed, started again and finds its containers',
  'the engine is killed and Docker comes after the next one',
];
const isSoak = process.env['FLOTILLA_SOAK'] === '1';
const all = Object.entries(dockerDisasters).filter(([name]) => isSoak || everyTime.includes(name));

/** Hangs, but only the first time. */
const hangsOnce = '[ -e /tmp/once ] || { touch /tmp/once; sleep 600; }; grep mine list.txt';

/** What befalls sessions when their Docker daemon really goes away and comes back: one of this test's own. */
describe('a session whose Docker goes away', function () {
  this.timeout(180_000);
  let scene: DockerScene | undefined;
  const there = (): DockerScene => scene ?? assert.fail('there is no scene');

  before(async function () {
    await requirePart(this, 'built command');
    await requirePart(this, 'second Docker');
    const image = await requirePart(this, 'image of sessions');
    scene = await makeDockerScene(await requirePart(this, 'base image'), image);
  });
  afterEach(async () => {
    const { bed } = there();
    for (const { id } of (await bed.call('session.list', {})).sessions)
      await bed.call('session.remove', { session: id, discard: true });
    assert.deepEqual(await bed.left(), []);
  });
  after(async () => {
    if (scene !== undefined) await closeDockerScene(scene);
  });

  /** A start is cut off by the daemon's end; the session says so, and is started once the daemon is back. */
  const cutOff = async (at: RegExp, how: 'end' | 'kill', liveRestore: boolean): Promise<void> => {
    const { bed, docker } = there();
    const door = new SocketDoor(path.join(docker.folder, 'door.sock'), docker.socket);
    const hasCome = door.keepBack(at);
    await docker.lead(door.path);
    // With a network of its own, which must go as well.
    const making = bed.create(await bed.repository(), undefined, 'bridge');
    await hasCome;
    await docker[how]();
    await docker.lead(docker.socket);
    await door.close();
    const id = await making;
    const { reason } = await bed.until(id, ({ state }) => state === 'failed');
    await docker.begin({ liveRestore });
    assert.equal(reason.code, 'docker-missing', JSON.stringify(reason));
    // What the start had made goes by itself once it can.
    await becomes(async () => (await bed.left(id)).length === 0, 60_000);
    await bed.call('session.start', { session: id });
    await bed.done(id);
    assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
  };

  if (isSoak)
    it('says so when Docker is restarted while it starts, and starts when it is asked again', () =>
      cutOff(/^POST \S+\/containers\/create\?[^]*Docker-Client/, 'end', false));

  it('says so when Docker is killed once its container runs, and starts when it is asked again', () =>
    // `up` looks at its container as soon as that runs.
    cutOff(/^GET \S+\/containers\/\w+\/json [^]*Docker-Client/, 'kill', true));

  /** Docker ends while a landing's verification hangs; continued, the landing verifies again and lands. */
  const landsAllTheSame = async (how: 'end' | 'kill', liveRestore: boolean): Promise<void> => {
    const { bed, docker } = there();
    const repository = await bed.repository();
    const id = await bed.worked(repository);
    const { environment } = await bed.session(id);
    await bed.attempt('landing.land', { session: id, push: 'target', verify: hangsOnce });
    const hangs = ['exec', environment?.id ?? '', 'test', '-e', '/tmp/once'];
    await becomes(async () => (await docker.docker(...hangs)).exitCode === 0, 60_000);
    await docker[how]();
    await sleep(1000);
    await docker.begin({ liveRestore });
    const { state, reason } = await bed.landing(id);
    assert.deepEqual([state, reason.code], ['paused', 'environment-gone'], reason.message);
    // A container that went on without Docker must not verify twice.
    const verifies = ['exec', environment?.id ?? '', 'pgrep', '-f', 'sleep 600'];
    await becomes(async () => (await docker.docker(...verifies)).exitCode === 1, 60_000);
    await bed.landed(id);
    assert.equal(await git(repository.remote, 'show', 'main:list.txt'), 'one\nmine\nthree');
    await bed.goesOn(id);
    assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
  };

  if (isSoak)
    it('lands all the same when Docker is restarted while its work is verified', () => landsAllTheSame('end', false));

  it('lands all the same when Docker is killed while its work is verified, and verifies once at a time', () =>
    landsAllTheSame('kill', true));

  for (const [name, { rests, befalls }] of all)
    it(`loses nothing, says why it rests and goes on when ${name}`, async () => {
      const { reason } = await survives(there(), befalls);
      assert.deepEqual(await findings(there().bed), { lost: [], orphans: [], wrong: [] });
      assert.equal(reason.code, rests, reason.message);
    });
});
