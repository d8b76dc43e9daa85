import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { requirePart } from '../support/bed.ts';
import { type Scene, disasters, makeScene } from '../support/crash/disasters.ts';
import { findings } from '../support/crash/findings.ts';
import { survives } from '../support/crash/survives.ts';
import { becomes } from '../support/runtimeBed.ts';

/** Those that every run takes; `npm run soak` takes all of them. Others are in survival.test.ts. */
const everyTime = ['the engine is killed and four come at once', 'Docker restarts and takes the container with it'];
const isSoak = process.env['FLOTILLA_SOAK'] === '1';
const all = Object.entries(disasters).filter(([name]) => isSoak || everyTime.includes(name));

describe('a session at work', function () {
  this.timeout(180_000);
  let scene: Scene;

  before(async function () {
    await requirePart(this, 'built command');
    scene = await makeScene(await requirePart(this, 'base image'));
  });
  afterEach(async () => {
    const { bed } = scene;
    for (const { id } of (await bed.call('session.list', {})).sessions)
      await bed.call('session.remove', { session: id, discard: true });
  });
  after(async () => {
    await scene.bed.close();
    await scene.door.close();
  });

  for (const [name, disaster] of all)
    it(`loses nothing and goes on when ${name}`, async () => {
      await survives(scene, disaster);
      assert.deepEqual(await findings(scene.bed), { lost: [], orphans: [], wrong: [] });
    });

  it('says so and leaves nothing when `devcontainer up` is killed, and starts when it is asked again', async () => {
    const { bed, door } = scene;
    // Docker's client gets no answer: `up` can't be through before it is killed.
    const isStarting = door.keepBack(/^POST \S+\/containers\/\w+\/start [^]*Docker-Client/);
    const making = bed.create(await bed.repository());
    await isStarting;
    process.kill(await bed.upPid(), 'SIGKILL');
    const id = await making;
    const { reason } = await bed.until(id, ({ state }) => state === 'failed');
    assert.equal(reason.code, 'start-failed', JSON.stringify(reason));
    await becomes(async () => (await bed.left(id)).length === 0, 60_000);
    await bed.call('session.start', { session: id });
    await bed.done(id);
    assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
  });
});
