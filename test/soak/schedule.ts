import { faultPoints } from '../../src/engine/base/faultPoint.ts';
import { messageOf } from '../../src/engine/base/errors.ts';
import { findPart } from '../support/bed.ts';
import type { CrashBed } from '../support/crash/crashBed.ts';
import { type Scene, disasters, makeScene } from '../support/crash/disasters.ts';
import {
  type DockerScene,
  closeDockerScene,
  dockerDisasters,
  makeDockerScene,
} from '../support/crash/dockerDisasters.ts';
import { type Findings, findings } from '../support/crash/findings.ts';
import { allPoints, journeyOf } from '../support/crash/journeys.ts';
import { survives } from '../support/crash/survives.ts';
import { Random } from './random.ts';

interface Turn {
  readonly name: string;
  /** What it befalls. */
  readonly bed: CrashBed;
  readonly run: () => Promise<unknown>;
}

/** Where things happen: one Flotilla on the machine's Docker, and one with a daemon for itself where that is possible. */
interface Stage {
  readonly scene: Scene;
  readonly apart: DockerScene | undefined;
}

/** A disaster at a random moment of a session's work, or the engine's end at a random point. */
function turnOf(random: Random, { scene, apart }: Stage): Turn {
  const { bed } = scene;
  if (random.next() < 0.5) {
    const point = random.pick(allPoints);
    return { name: `${point} (${faultPoints[point]})`, bed, run: () => journeyOf(point)(bed, point) };
  }
  const choices = [...Object.keys(disasters), ...(apart === undefined ? [] : Object.keys(dockerDisasters))];
  const [name, afterMs] = [random.pick(choices), random.number(2000)];
  const title = `${name} after ${String(afterMs)} ms`;
  const ofDocker = Object.entries(dockerDisasters).find(([one]) => one === name)?.[1];
  if (apart !== undefined && ofDocker !== undefined)
    return { name: title, bed: apart.bed, run: () => survives(apart, ofDocker.befalls, afterMs) };
  const disaster = Object.entries(disasters).find(([one]) => one === name)?.[1];
  if (disaster === undefined) throw new Error(`${name} befalls nobody`);
  return { name: title, bed, run: () => survives(scene, disaster, afterMs) };
}

async function ownDocker(baseImage: string, say: (line: string) => void): Promise<DockerScene | undefined> {
  try {
    await findPart('second Docker');
  } catch (error) {
    say(`  Docker itself is left alone: ${messageOf(error)}`);
    return undefined;
  }
  return await makeDockerScene(baseImage, await findPart('image of sessions'));
}

/** So many of them in random order, all on one Flotilla whose sessions pile up. Answers whether all promises held. */
export async function runSchedule(
  options: { baseImage: string; disasters: number; seed: number },
  say: (line: string) => void,
): Promise<boolean> {
  const random = new Random(options.seed);
  const scene = await makeScene(options.baseImage);
  let apart: DockerScene | undefined;
  const sums = { lost: 0, orphans: 0, wrong: 0, failed: 0 };
  try {
    apart = await ownDocker(options.baseImage, say);
    const stage: Stage = { scene, apart };
    for (let number = 1; number <= options.disasters; number += 1) {
      const turn = turnOf(random, stage);
      const found = await taken(turn);
      for (const kind of ['lost', 'orphans', 'wrong'] as const) sums[kind] += found[kind].length;
      if (found.failure !== undefined) sums.failed += 1;
      const isGood = found.failure === undefined && Object.values(found).flat().length === 0;
      say(
        `  ${String(number).padStart(4)} ${isGood ? '✔' : '✖'} ${turn.name}${isGood ? '' : `\n${JSON.stringify(found, undefined, 2)}`}`,
      );
      await makeRoom(stage);
    }
  } finally {
    if (apart !== undefined) await closeDockerScene(apart);
    await scene.bed.close();
    await scene.door.close();
  }
  say(
    `  lost ${sums.lost}, orphans ${sums.orphans}, wrong state ${sums.wrong}, not gone on ${sums.failed} of ${options.disasters}`,
  );
  return Object.values(sums).every((sum) => sum === 0);
}

async function taken({ bed, run }: Turn): Promise<Findings & { failure?: string }> {
  try {
    await run();
    return await findings(bed);
  } catch (error) {
    return { lost: [], orphans: [], wrong: [], failure: messageOf(error) };
  }
}

/** Three sessions stay, so that each disaster befalls an engine that has others as well. */
async function makeRoom({ scene: { bed, clock, door }, apart }: Stage): Promise<void> {
  clock.jump(0);
  await door.open();
  await removeAllBut(3, bed);
  // With their daemon all containers are stopped, and nobody can look into them.
  if (apart !== undefined) await removeAllBut(0, apart.bed);
}

async function removeAllBut(many: number, bed: CrashBed): Promise<void> {
  const { sessions } = await bed.call('session.list', {});
  for (const { id } of sessions.slice(many)) await bed.call('session.remove', { session: id, discard: true });
}
