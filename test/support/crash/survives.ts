import assert from 'node:assert/strict';
import { sleep } from '../../../src/engine/base/clock.ts';
import { liveStates } from '../../../src/engine/session/stateMachine.ts';
import type { Session } from '../../../src/protocol/session.ts';
import type { CrashBed } from './crashBed.ts';

/** Six commits, half a second apart. It goes on through what befalls it, and is not over before. */
const work =
  'do: set +m; for i in 1 2 3 4 5 6; do echo $i >> log.txt; git add log.txt; git commit -qm "Number $i"; sleep 0.5; done; ' +
  'until [ -e /tmp/befallen ]; do sleep 0.1; done';

/**
 * A session commits, something befalls it in the middle, it comes to rest for a reason that it names, and does one thing more. Gives
 * the session as it came to rest.
 */
export async function survives<S extends { readonly bed: CrashBed }>(
  scene: S,
  disaster: (scene: S, session: Session) => Promise<void>,
  afterMs = 0,
): Promise<Session> {
  const { bed } = scene;
  const id = await bed.create(await bed.repository(), work);
  const session = await bed.until(id, ({ activity }) => activity?.about?.startsWith('Bash') === true);
  await bed.inside(session, 'until grep -q 2 log.txt; do sleep 0.05; done');
  await sleep(afterMs);
  await disaster(scene, session);
  // Where the disaster has left no container that runs, nothing waits for this.
  await bed.docker('exec', session.environment?.id ?? '', 'touch', '/tmp/befallen');
  const rested = await bed.until(id, ({ state }) => !liveStates.includes(state));
  const over = await bed.goesOn(id);
  const log = (await bed.inside(over, 'cat log.txt')).split('\n');
  // What was there before the disaster is there, and nothing was done twice.
  assert.deepEqual(log, ['1', '2', '3', '4', '5', '6'].slice(0, log.length), rested.reason.message);
  assert.ok(log.length >= 2);
  return rested;
}
