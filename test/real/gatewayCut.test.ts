import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import { requirePart } from '../support/bed.ts';
import { CrashBed } from '../support/crash/crashBed.ts';
import { findings } from '../support/crash/findings.ts';
import { SocketDoor } from '../support/crash/socketDoor.ts';
import { eventually } from '../support/eventually.ts';
import type { RecordedRequest } from '../support/scriptedApi.ts';
import { bash } from '../support/sessions.ts';

const long = 'A word and another word. '.repeat(40);
const usage = { input_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 500 };
/** How long the API is away, in milliseconds: longer than a new engine takes to come. */
const awayMs = 9000;

/** Of a Claude's way to the API the nearest piece breaks: the socket in its own environment. */
describe("a session's socket to the gateway", function () {
  this.timeout(400_000);
  let bed: CrashBed;

  before(async function () {
    await requirePart(this, 'built command');
    bed = await CrashBed.start(await requirePart(this, 'base image'));
    const commit = bash('echo x >> count.txt; git add count.txt; git commit -qm Count');
    bed.flotilla.api.setScenario({
      rules: [
        {
          match: 'say much',
          steps: [
            { ...commit, usage },
            { text: long, chunkMs: 100, usage },
          ],
        },
        {
          match: 'do it slowly',
          steps: [
            { text: long, chunkMs: 100, usage, ...commit },
            { text: 'Done.', usage },
          ],
        },
      ],
    });
  });
  after(() => bed.close());

  /** A session whose Claude reaches the gateway by a door of ours. */
  const behindDoor = async (prompt: string): Promise<{ id: string; door: SocketDoor }> => {
    const id = await bed.create(await bed.repository(), prompt);
    const folder = path.join(bed.flotilla.folder, 'home/data/sessions', id);
    const [place, engines] = [path.join(folder, 'api/api.sock'), path.join(folder, 'engines.sock')];
    await eventually(() => existsSync(place), undefined, 120_000);
    renameSync(place, engines);
    return { id, door: new SocketDoor(place, engines) };
  };
  const answers = (prompt: string): readonly RecordedRequest[] =>
    bed.flotilla.api.requests.filter((request) => request.prompt === prompt && request.side === false);

  /** Cuts the answer of this number to the prompt, and compares what the session is at last with `last`, its last word. */
  const ridesOut = async (prompt: string, number: number, last: string): Promise<void> => {
    const { id, door } = await behindDoor(prompt);
    try {
      await eventually(() => answers(prompt).length === number, undefined, 120_000);
      const { cameBack } = door;
      await eventually(() => door.cameBack > cameBack + 1000, undefined, 120_000);
      await door.close();
      await sleep(awayMs);
      await door.open();
      const session = await bed.done(id);
      assert.equal(session.resultText, last);
      assert.equal(await bed.inside(session, 'cat count.txt'), 'x');
      const cut = answers(prompt).filter(({ aborted }) => aborted);
      assert.equal(cut.length, 1);
      // The API had said of the cut answer that it would read all of the prompt, and of its own words had written one token.
      const { requests, inputTokens, outputTokens } = session.usage;
      const expected = {
        requests: 3,
        inputTokens: 3 * usage.input_tokens,
        outputTokens: 2 * usage.output_tokens + 1,
      };
      assert.deepEqual({ requests, inputTokens, outputTokens }, expected);
    } finally {
      await door.close();
    }
  };

  it('is cut in the middle of an answer and made anew after nine seconds: Claude goes on, and no answer counts twice', async () => {
    await Promise.all([ridesOut('say much', 2, long), ridesOut('do it slowly', 1, 'Done.')]);
    assert.deepEqual(await findings(bed), { lost: [], orphans: [], wrong: [] });
  });
});
