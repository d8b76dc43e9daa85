import assert from 'node:assert/strict';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { CrashBed } from './crashBed.ts';
import { EngineClock } from './engineClock.ts';
import { SocketDoor, dockerSocket } from './socketDoor.ts';

/** A bed whose engine reaches Docker by a door of its own and has a clock of its own. */
export interface Scene {
  readonly bed: CrashBed;
  readonly door: SocketDoor;
  readonly clock: EngineClock;
}

type Disaster = (scene: Scene, session: Session) => Promise<void>;

export async function makeScene(baseImage: string): Promise<Scene> {
  const made: { door?: SocketDoor; clock?: EngineClock } = {};
  const bed = await CrashBed.start(baseImage, (folder) => {
    made.door = new SocketDoor(path.join(folder, 'docker.sock'), dockerSocket);
    made.clock = new EngineClock(folder);
    return { DOCKER_HOST: `unix://${made.door.path}`, ...made.clock.env };
  });
  const { door, clock } = made;
  assert.ok(door !== undefined && clock !== undefined);
  return { bed, door, clock };
}

const day = 86_400_000;

const killed = (signal: string): Disaster => {
  return async ({ bed }, { environment }) => {
    await bed.docker('kill', '--signal', signal, environment?.id ?? '');
  };
};

/** Several engines are started on one data folder at once: one of them stays. */
const race: Disaster = async ({ bed }) => {
  await bed.killEngine();
  const many = Array.from({ length: 4 }, () => bed.flotilla.run(['list']));
  for (const { exitCode, stderr } of await Promise.all(many)) assert.equal(exitCode, 0, stderr);
};

async function jump(clock: EngineClock, ms: number): Promise<void> {
  clock.jump(ms);
  await sleep(500);
}

/** What may happen to a session at work that its engine has no hand in. After each, the session goes on or says why it doesn't. */
export const disasters = {
  'the engine is killed': ({ bed }) => bed.killEngine(),
  'the engine is killed and four come at once': race,
  'the container is killed': killed('KILL'),
  'the container is told to end': killed('TERM'),
  'the container is removed': async ({ bed }, { environment }) => {
    await bed.docker('rm', '--force', environment?.id ?? '');
  },
  'Claude is killed': async ({ bed }, session) => {
    await bed.inside(session, 'pkill -9 -x claude || pkill -9 -f "claude -p" || true');
  },
  'its supervisor is killed': async ({ bed }, session) => {
    await bed.inside(session, 'pkill -9 -f "[s]upervise.sh inside" || true');
  },
  'Docker does not answer for two seconds': async ({ door }) => {
    await door.close();
    await sleep(2000);
    await door.open();
  },
  'Docker restarts and takes the container with it': async ({ bed, door }, { environment }) => {
    await door.close();
    await bed.docker('kill', environment?.id ?? '');
    await sleep(1000);
    await door.open();
  },
  'the engine is killed while Docker does not answer': async ({ bed, door }) => {
    await door.close();
    await bed.killEngine();
    await sleep(500);
    await bed.call('session.list', {});
    await door.open();
  },
  'the clock jumps two days ahead': ({ clock }) => jump(clock, 2 * day),
  'the clock jumps two days back': ({ clock }) => jump(clock, -2 * day),
} as const satisfies Record<string, Disaster>;
