import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { messageOf } from '../../../src/engine/base/errors.ts';
import { checkpointScenario } from '../../support/crashPoints/checkpointScenario.ts';
import { fillScenarios } from '../../support/crashPoints/fillScenarios.ts';
import { hostScenarios } from '../../support/crashPoints/hostScenarios.ts';
import { Killer } from '../../support/crashPoints/killer.ts';
import { landingScenarios } from '../../support/crashPoints/landingScenarios.ts';
import { resolveScenarios } from '../../support/crashPoints/resolveScenarios.ts';
import { CrashRun, type Finding, type MakeScenario } from '../../support/crashPoints/scenario.ts';
import { Scratch } from '../../support/localEnvironment.ts';
import { cannotRunHere, skipFor } from '../../support/skips.ts';

const scenarios: Readonly<Record<string, MakeScenario>> = {
  'a checkpoint': checkpointScenario,
  ...fillScenarios,
  ...landingScenarios,
  ...resolveScenarios,
  ...hostScenarios,
};
/** Points of each; `npm run soak -- kills` tries all of them. */
const share = 5;
const isSoak = process.env['FLOTILLA_SOAK'] !== undefined;

/** Spread over all, the same each time. */
const chosen = (points: number): number[] =>
  isSoak || points <= share
    ? Array.from({ length: points }, (_, at) => at + 1)
    : Array.from({ length: share }, (_, at) => Math.floor(((at + 0.5) * points) / share) + 1);

describe('killed at any change of a file', function () {
  this.timeout(isSoak ? 0 : 60_000);
  let killer: Killer | undefined;
  let scratch: Scratch;

  before(function () {
    if (process.platform !== 'linux')
      return cannotRunHere(this, 'libraries are preloaded into programs on Linux alone');
    try {
      killer = new Killer();
    } catch (error) {
      return skipFor(this, `gcc: ${messageOf(error)}`);
    }
  });
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => {
    scratch.remove();
  });
  after(() => {
    killer?.remove();
  });

  for (const [title, make] of Object.entries(scenarios))
    it(`${title} is gone on with, and leaves nothing`, async () => {
      assert.ok(killer);
      mkdirSync(scratch.path('bed'));
      const run = new CrashRun(await make(scratch.path('bed')), killer);
      const points = await run.measure();
      assert.ok(points > 10, `only ${points} changes of files were seen`);
      const found: Finding[] = [];
      for (const at of chosen(points)) found.push(...(await run.kill({ at })));
      assert.deepEqual(found, []);
    });
});
