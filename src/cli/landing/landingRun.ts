import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import { type ErrorCode, errorCodes } from '../../protocol/errors.ts';
import type { CliContext } from '../context.ts';
import type { Engine } from '../engineDoor.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../exitCodes.ts';
import type { Output } from '../output.ts';
import { followLanding } from './followLanding.ts';
import { factLines } from './landingFacts.ts';
import { stateWords } from './landingWords.ts';
import { nextSteps } from './nextSteps.ts';

type Status = OperationOutput<'landing.status'>;

export interface LandingRun {
  readonly session: string;
  /** Asks for what sets the landing going. */
  readonly begin: (engine: Engine) => Promise<Landing>;
  /** Say how it stands and return. */
  readonly detach?: boolean | undefined;
  /** To give it up is what was asked for. */
  readonly isAbort?: boolean | undefined;
}

/** Sets a landing going, follows it, and says how it ended and what can be typed next. Ctrl-C leaves it to the engine. */
export async function runLanding(context: CliContext, engine: Engine, run: LandingRun): Promise<ExitCode> {
  const { output } = context;
  const { seq } = await engine.call('system.info', {});
  const { landing: before } = await engine.call('landing.status', { session: run.session });
  const landing = await run.begin(engine);
  if (run.detach === true) return showDetached(output, landing);
  const stopped = new AbortController();
  const release = context.onInterrupt(() => {
    stopped.abort();
  });
  try {
    const known = before?.startedAt === landing.startedAt ? before : undefined;
    const status = await followLanding({ engine, output, landing, known, after: seq, signal: stopped.signal });
    if (stopped.signal.aborted && status.landing?.state === 'running') return leave(output, status, landing);
    return finish(output, status, run);
  } finally {
    release();
  }
}

function showDetached(output: Output, landing: Landing): ExitCode {
  if (output.json) output.document({ landing });
  else for (const line of factLines(output, stateWords(landing))) output.line(line);
  output.hint(`Follow it: flotilla landing status -f ${landing.session}`);
  return exitCodes.ok;
}

function leave(output: Output, status: Status, { session }: Landing): ExitCode {
  if (output.json) output.document(status);
  output.hint(
    `The landing goes on. Follow it: flotilla landing status -f ${session}   Give it up: flotilla landing abort ${session}`,
  );
  return exitCodes.cancelled;
}

function finish(output: Output, status: Status, { isAbort }: LandingRun): ExitCode {
  const { landing } = status;
  if (output.json) output.document(status);
  else if (landing !== undefined) {
    for (const line of factLines(output, stateWords(landing))) output.line(line);
    if (landing.state === 'paused' || landing.state === 'ready') showSteps(output, status);
  }
  if (landing === undefined) return exitCodes.cancelled;
  return isAbort === true && landing.state === 'aborted' ? exitCodes.ok : exitCodeOfLanding(landing);
}

/** The commands that can be typed next. */
export function showSteps(output: Output, status: Status): void {
  const steps = nextSteps(status);
  const width = Math.min(Math.max(0, ...steps.map(([command]) => command.length)), 60);
  if (steps.length > 0) output.hint('What you can do:');
  for (const [command, about] of steps) output.hint(`  ${command.padEnd(width)}  ${about}`);
}

/** What the command's exit code says of a landing that goes no further by itself. */
function exitCodeOfLanding({ state, reason }: Landing): ExitCode {
  if (state === 'aborted') return exitCodes.cancelled;
  if (state !== 'paused') return exitCodes.ok;
  return isErrorCode(reason.code) ? exitCodeOf(reason.code) : exitCodes.paused;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);
