import { faultPoints } from '../../src/engine/base/faultPoint.ts';
import { messageOf } from '../../src/engine/base/errors.ts';
import { type Scene, disasters, makeScene } from '../support/crash/disasters.ts';
import { type Findings, findings } from '../support/crash/findings.ts';
import { allPoints, journeyOf } from '../support/crash/journeys.ts';
import { survives } from '../support/crash/survives.ts';
import { Random } from './random.ts';

interface Turn {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<unknown>;
}

/** A disaster at a random moment of a session's work, or the engine's end at a random point. */
function turnOf(random: Random): Turn {
  if (random.next() < 0.5) {
    const point = random.pick(allPoints);
    return { name: `${point} (${faultPoints[point]})`, run: ({ bed }) => journeyOf(point)(bed, point) };
  }
  const [name, disaster] = random.pick(Object.entries(disasters));
  const afterMs = random.number(2000);
  return { name: `${name} after ${String(afterMs)} ms`, run: (scene) => survives(scene, disaster, afterMs) };
}

/** So many of them in random order, all on one Flotilla whose sessions pile up. Answers whether all promises held. */
export async function runSchedule(
  options: { baseImage: string; disasters: number; seed: number },
  say: (line: string) => void,
): Promise<boolean> {
  const random = new Random(options.seed);
  const scene = await makeScene(options.baseImage);
  const sums = { lost: 0, orphans: 0, wrong: 0, failed: 0 };
  try {
    for (let number = 1; number <= options.disasters; number += 1) {
      const turn = turnOf(random);
      const found = await taken(turn, scene);
      for (const kind of ['lost', 'orphans', 'wrong'] as const) sums[kind] += found[kind].length;
      if (found.failure !== undefined) sums.failed += 1;
      const isGood = found.failure === undefined && Object.values(found).flat().length === 0;
      say(
        `  ${String(number).padStart(4)} ${isGood ? '✔' : '✖'} ${turn.name}${isGood ? '' : `\n${JSON.stringify(found, undefined, 2)}`}`,
      );
      await makeRoom(scene);
    }
  } finally {
    await scene.bed.close();
    await scene.door.close();
  }
  say(
    `  lost ${sums.lost}, orphans ${sums.orphans}, wrong state ${sums.wrong}, not gone on ${sums.failed} of ${options.disasters}`,
  );
  return Object.values(sums).every((sum) => sum === 0);
}

async function taken(turn: Turn, scene: Scene): Promise<Findings & { failure?: string }> {
  try {
    await turn.run(scene);
    return await findings(scene.bed);
  } catch (error) {
    return { lost: [], orphans: [], wrong: [], failure: messageOf(error) };
  }
}

/** Three sessions stay, so that each disaster befalls an engine that has others as well. */
async function makeRoom({ bed, clock, door }: Scene): Promise<void> {
  clock.jump(0);
  await door.open();
  const { sessions } = await bed.call('session.list', {});
  for (const { id } of sessions.slice(3)) await bed.call('session.remove', { session: id, discard: true });
}
