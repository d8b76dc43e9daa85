import { readFileSync } from 'node:fs';
import { sleep } from '../../src/engine/base/clock.ts';
import { messageOf } from '../../src/engine/base/errors.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Session } from '../../src/protocol/session.ts';
import { hostCertificates } from '../support/bed.ts';
import { CrashBed } from '../support/crash/crashBed.ts';
import { findings } from '../support/crash/findings.ts';
import type { SampleRepository } from '../support/sampleRepository.ts';
import { Random } from './random.ts';
import { type Vitals, verdictOf, vitalsOf } from './vitals.ts';

const inspectPort = 19_229;
const sampleEvery = 5000;
/** Milliseconds between two turns of one worker for each session that there is to be, on average: a machine of two processors keeps up. */
const pacePerSession = 150;
const lightLimits = { memory: 768 * 1024 * 1024, cpus: 0.5, pids: 256 };
const live: readonly Session['state'][] = ['queued', 'starting', 'running', 'waiting'];
const commit = 'do: echo on >> on.txt; git add on.txt; git commit -qm On; sleep 1; test 1';

interface Soak {
  readonly bed: CrashBed;
  readonly repository: SampleRepository;
  readonly random: Random;
  readonly say: (line: string) => void;
  /** What was done how often, and what was refused. */
  readonly done: Map<string, number>;
}

const note = ({ done }: Soak, what: string): void => void done.set(what, (done.get(what) ?? 0) + 1);

async function create({ bed, repository }: Soak): Promise<void> {
  await bed.call('session.create', {
    repository: repository.folder,
    prompt: commit,
    network: 'none',
    limits: lightLimits,
    certificates: hostCertificates(),
  });
}

/** Claude is not given more than it can do meanwhile. */
async function send({ bed }: Soak, { id, queued }: Session): Promise<void> {
  if (queued < 2) await bed.call('session.send', { session: id, text: commit });
}

const kill = async ({ environment }: Session): Promise<void> => {
  if (environment !== undefined) await runOnHost({ file: 'docker', args: ['kill', environment.id] });
};

/** What is done to a session, and in how many of a hundred turns. */
const deeds: readonly (readonly [string, number, (soak: Soak, session: Session) => Promise<unknown>])[] = [
  ['send', 60, send],
  ['stop', 14, ({ bed }, { id }) => bed.call('session.stop', { session: id })],
  ['resume', 10, ({ bed }, { id }) => bed.call('session.resume', { session: id })],
  ['diff', 6, ({ bed }, { id }) => bed.call('session.diff', { session: id })],
  ['kill the container', 5, (_soak, session) => kill(session)],
  ['remove', 4, ({ bed }, { id }) => bed.call('session.remove', { session: id, discard: true })],
  ['kill the engine', 1, ({ bed }) => bed.killEngine()],
];

const allTurns = deeds.flatMap((deed) => Array.from({ length: deed[1] }, () => deed));

/** One turn: something is done to somebody. That it is refused in this state is an answer too. Answers whether all sessions are there. */
async function turn(soak: Soak, wanted: number): Promise<boolean> {
  const { bed, random } = soak;
  const { sessions } = await bed.call('session.list', {});
  if (sessions.length < wanted) {
    note(soak, 'create');
    await create(soak);
    return false;
  }
  const [name, , deed] = random.pick(allTurns);
  note(soak, name);
  await deed(soak, random.pick(sessions));
  return true;
}

async function turns(soak: Soak, given: { until: number; sessions: number }): Promise<void> {
  while (Date.now() < given.until) {
    const isFull = await turn(soak, given.sessions).catch((error: unknown) => {
      note(soak, `refused: ${messageOf(error).slice(0, 60)}`);
      return true;
    });
    await sleep(soak.random.number(isFull ? 2 * pacePerSession * given.sessions : 4000));
  }
}

async function sampling(soak: Soak, given: { until: number; vitals: Vitals[]; began: number }): Promise<void> {
  const home = `${soak.bed.flotilla.folder}/home`;
  for (let next = Date.now(); Date.now() < given.until; next += sampleEvery) {
    const pid = await soak.bed.enginePid().catch(() => 0);
    const found = await vitalsOf(pid, { home, port: inspectPort, began: given.began });
    if (found !== undefined) given.vitals.push(found);
    await sleep(Math.max(0, next + sampleEvery - Date.now()));
  }
}

/** Waits until nothing is under way; gives what is not explained then. */
async function settled({ bed }: Soak): Promise<string[]> {
  for (const end = Date.now() + 300_000; Date.now() < end;) {
    const { sessions } = await bed.call('session.list', { states: [...live] });
    if (sessions.length === 0) break;
    await sleep(1000);
  }
  // Only what runs can be compared from inside.
  const unexplained: string[] = [];
  const { sessions } = await bed.call('session.list', {});
  for (const session of sessions) {
    const { id, state } = session;
    if (state !== 'completed' || !(await isUp(bed, session)))
      await bed.goesOn(id).catch(async (error: unknown) => {
        const now = JSON.stringify(await bed.session(id));
        unexplained.push(`${id} does not go on: ${messageOf(error)}\n      ${now}`);
      });
  }
  const { lost, orphans, wrong } = await findings(bed);
  return [...unexplained, ...lost, ...orphans, ...wrong];
}

/** The container of a session that has ended may have been killed since. */
async function isUp(bed: CrashBed, { environment }: Session): Promise<boolean> {
  const { stdout } = await bed.docker('inspect', '--format', '{{.State.Running}}', environment?.id ?? '');
  return stdout.toString('utf8').trim() === 'true';
}

/** What the engines' log has of the session that a finding is about. */
function evidence(bed: CrashBed, finding: string): string {
  const id = /\b[a-z0-9]{8}\b/.exec(finding)?.[0];
  const log = readFileSync(`${bed.flotilla.folder}/home/log/engine.log`, 'utf8').split('\n');
  const own = id === undefined ? [] : log.filter((line) => line.includes(id)).slice(-25);
  return own.map((line) => `\n      ${line.slice(0, 400)}`).join('');
}

/** Sessions are started, sent to, stopped, killed and removed for as long as asked. Answers whether all stayed flat and explainable. */
export async function runSessions(
  options: { baseImage: string; minutes: number; sessions: number; seed: number },
  say: (line: string) => void,
): Promise<boolean> {
  const bed = await CrashBed.start(options.baseImage, () => ({
    FLOTILLA_INSPECT: String(inspectPort),
    FLOTILLA_LOG_LEVEL: 'debug',
  }));
  const soak = { bed, repository: await bed.repository(), random: new Random(options.seed), say, done: new Map() };
  const began = Date.now();
  const until = began + options.minutes * 60_000;
  const vitals: Vitals[] = [];
  try {
    const workers = Array.from({ length: 3 }, () => turns(soak, { until, sessions: options.sessions }));
    await Promise.all([...workers, sampling(soak, { until, vitals, began })]);
    say(`  ${[...soak.done].map(([what, count]) => `${what} ${String(count)}`).join(', ')}`);
    const bad = await settled(soak);
    for (const line of bad) say(`  ✖ ${line}${evidence(bed, line)}`);
    const verdict = verdictOf(vitals);
    say(
      `  ${String(vitals.length)} samples, ${String(new Set(vitals.map(({ pid }) => pid)).size)} engines; of the longest life:`,
    );
    for (const line of verdict.lines) say(`  ${line}`);
    return bad.length === 0 && verdict.isFlat;
  } finally {
    await bed.close();
  }
}
