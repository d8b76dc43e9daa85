import assert from 'node:assert/strict';
import { type FaultPoint, faultPoints } from '../../../src/engine/base/faultPoint.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { hostCertificates } from '../bed.ts';
import { git } from '../sampleRepository.ts';
import { begunOnce } from './begunOnce.ts';
import { type CrashBed, task } from './crashBed.ts';

/** One life in which the engine dies once, at this point, and what must be so afterwards. Gives the session, when there still is one. */
type Journey = (bed: CrashBed, point: FaultPoint) => Promise<string | undefined>;

const startOrRun: Journey = async (bed, point) => {
  bed.arm(point);
  const id = await bed.create(await bed.repository());
  await bed.crashed(point);
  const session = await bed.done(id);
  assert.equal(session.head?.ahead, 1);
  await begunOnce(bed, session, task);
  return id;
};

/** A follow-up that was given is done, and done once. */
const followUp: Journey = async (bed, point) => {
  const text = 'do: echo x >> count.txt; git add count.txt; git commit -qm C';
  bed.arm(point);
  const id = await bed.create(await bed.repository());
  await bed.attempt('session.send', { session: id, text });
  await bed.crashed(point);
  const session = await bed.until(id, ({ state, head }) => state === 'completed' && (head?.ahead ?? 0) > 1);
  assert.equal(await bed.inside(session, 'cat count.txt'), 'x');
  for (const told of [task, text]) await begunOnce(bed, session, told);
  return id;
};

const stop: Journey = async (bed, point) => {
  const prompt = 'do: git commit -q --allow-empty -m Kept; echo l > loose.txt; sleep 60';
  const id = await bed.create(await bed.repository(), prompt);
  const session = await bed.until(id, ({ environment, state }) => environment !== undefined && state === 'running');
  await bed.inside(session, 'until [ -e loose.txt ]; do sleep 0.1; done');
  bed.arm(point);
  await bed.attempt('session.stop', { session: id });
  await bed.crashed(point);
  const { state } = await bed.session(id);
  assert.ok(['running', 'stopped', 'failed', 'completed'].includes(state), state);
  // It may come to rest by itself meanwhile.
  if (state === 'running') await bed.attempt('session.stop', { session: id });
  await begunOnce(bed, await bed.goesOn(id), prompt);
  return id;
};

const push: Journey = async (bed, point) => {
  const repository = await bed.repository();
  const id = await bed.worked(repository);
  bed.arm(point);
  await bed.attempt('session.push', { session: id });
  await bed.crashed(point);
  const { commit, session } = await bed.call('session.push', { session: id });
  assert.equal(await git(repository.remote, 'rev-parse', `refs/heads/${session.branch}`), commit);
  assert.equal(session.pushed?.commit, commit);
  return id;
};

const remove: Journey = async (bed, point) => {
  const id = await bed.worked(await bed.repository());
  bed.arm(point);
  await bed.attempt('session.remove', { session: id, discard: true });
  await bed.crashed(point);
  const { sessions } = await bed.call('session.list', {});
  if (sessions.some((session) => session.id === id)) await bed.call('session.remove', { session: id, discard: true });
  return undefined;
};

const land = { push: 'target', resolve: 'claude', verify: 'grep mine list.txt' } as const;

const landing: Journey = async (bed, point) => {
  const repository = await bed.repository();
  const id = await bed.worked(repository);
  await bed.conflict(repository);
  bed.arm(point);
  await bed.attempt('landing.land', { session: id, ...land });
  await bed.crashed(point);
  await bed.landed(id);
  assert.equal(await git(repository.remote, 'show', 'main:list.txt'), 'one\ntheirs\nmine\nthree');
  assert.equal(await git(repository.remote, 'rev-list', '--count', 'main'), '3');
  return id;
};

const undo: Journey = async (bed, point) => {
  const repository = await bed.repository();
  const id = await bed.worked(repository);
  const { head } = await bed.session(id);
  await bed.conflict(repository);
  await bed.call('landing.land', { session: id, ...land });
  await bed.landed(id);
  bed.arm(point);
  await bed.attempt('landing.undo', { session: id, revertTarget: true });
  await bed.crashed(point);
  assert.equal((await bed.landing(id)).state, 'undone');
  assert.equal(await git(repository.remote, 'show', 'main:list.txt'), 'one\ntheirs\nthree');
  assert.equal(await git(repository.remote, 'rev-list', '--count', 'main'), '4');
  assert.equal((await bed.session(id)).head?.commit, head?.commit);
  return id;
};

const atTerminal: Journey = async (bed, point) => {
  const text = 'do: echo x >> count.txt; git add count.txt; git commit -qm C';
  const { folder } = await bed.repository();
  bed.arm(point);
  const how = { mode: 'interactive', network: 'none', certificates: hostCertificates() } as const;
  const { session: made } = await bed.call('session.create', { repository: folder, prompt: task, ...how });
  const { id } = made;
  await bed.attempt('session.send', { session: id, text });
  await bed.crashed(point);
  const isDone = ({ head, activity, queued }: Session): boolean =>
    head?.ahead === 2 && activity?.kind === 'idle' && queued === 0;
  const session = await bed.until(id, isDone);
  assert.equal(session.state, 'running');
  for (const told of [task, text]) await begunOnce(bed, session, told);
  await bed.call('session.resume', { session: id, mode: 'autonomous', prompt: 'do: true' });
  await bed.done(id);
  return id;
};

/** Those of a session in the terminal that go another way. */
export const terminalJourneys: Partial<Record<FaultPoint, Journey>> = {
  'start.planned': atTerminal,
  'start.claude': atTerminal,
  'run.sent': atTerminal,
};

const named: Partial<Record<FaultPoint, Journey>> = {
  'run.sent': followUp,
  'landing.taken-back': undo,
  'landing.undo': undo,
};
const byRoom: Readonly<Record<string, Journey>> = {
  start: startOrRun,
  run: startOrRun,
  home: startOrRun,
  stop,
  push,
  remove,
  landing,
};

/** Every point, in the order of the table. */
export const allPoints = Object.keys(faultPoints) as readonly FaultPoint[];

export const journeyOf = (point: FaultPoint): Journey => {
  const journey = named[point] ?? byRoom[point.split('.')[0] ?? ''];
  if (journey === undefined) throw new Error(`nobody travels by ${point}`);
  return journey;
};
