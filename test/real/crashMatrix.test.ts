import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { faultPoints } from '../../src/engine/base/faultPoint.ts';
import { requirePart } from '../support/bed.ts';
import { CrashBed } from '../support/crash/crashBed.ts';
import { findings } from '../support/crash/findings.ts';
import { allPoints, journeyOf, terminalJourneys } from '../support/crash/journeys.ts';

/** Those that every run takes; `npm run soak` takes all of them. Landings that are killed have a test of their own. */
const everyTime = [
  'start.up',
  'start.planned',
  'start.claude',
  'run.sent',
  'home.objects',
  'stop.home',
  'remove.container',
];
const points =
  process.env['FLOTILLA_SOAK'] === '1' ? allPoints : allPoints.filter((point) => everyTime.includes(point));

/** kill -9 of the engine at named steps; the next engine puts it right by itself. */
describe('after the engine was killed', function () {
  this.timeout(180_000);
  let bed: CrashBed;

  before(async function () {
    await requirePart(this, 'built command');
    bed = await CrashBed.start(await requirePart(this, 'base image'));
  });
  afterEach(async () => {
    for (const { id } of (await bed.call('session.list', {})).sessions)
      await bed.call('session.remove', { session: id, discard: true });
  });
  after(() => bed.close());

  for (const point of points)
    it(`when ${faultPoints[point]} (${point}), nothing is lost, left over or wrong`, async () => {
      await journeyOf(point)(bed, point);
      assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
      assert.deepEqual(bed.unreached(), []);
    });

  for (const point of points) {
    const journey = terminalJourneys[point];
    if (journey !== undefined)
      it(`when ${faultPoints[point]} (${point}), a session in the terminal has heard everything once`, async () => {
        await journey(bed, point);
        assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
        assert.deepEqual(bed.unreached(), []);
      });
  }
});
