import { type Session, endedStates } from '../protocol/session.ts';
import { waitsForTime } from '../protocol/waitingUntil.ts';
import { attachTerminal } from './attachTerminal.ts';
import type { CliContext } from './context.ts';
import type { Engine } from './engineDoor.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { followSession } from './followSession.ts';
import { exitCodeOfSession, showSummary } from './summary.ts';

const starting: readonly Session['state'][] = ['created', 'queued', 'starting'];

export interface SessionRun {
  readonly session: Session;
  /** The engine's last event before the session was made. */
  readonly after: number;
  readonly options: { readonly interactive: boolean; readonly push: boolean };
}

/** Follows a new session to its end, or to its terminal when it is interactive, and says what it made. */
export async function runSession(context: CliContext, engine: Engine, run: SessionRun): Promise<ExitCode> {
  const { interactive, push } = run.options;
  const { session, isInterrupted } = await follow(context, engine, run);
  if (session === undefined) return exitCodes.cancelled;
  if (isInterrupted) return leave(context, engine, session);
  if (interactive && session.state === 'running') return attachTerminal(context, engine, session);
  return finish(context, engine, session, push);
}

/** Attaches to an interactive session, after its start when it only starts. Ctrl-C stops waiting and leaves the session alone. */
export async function waitAndAttach(
  context: CliContext,
  engine: Engine,
  session: Session,
  after: number,
): Promise<ExitCode> {
  if (!starting.includes(session.state)) return attachTerminal(context, engine, session);
  const options = { interactive: true, push: false };
  const started = await follow(context, engine, { session, after, options });
  if (started.session === undefined || started.isInterrupted) return exitCodes.cancelled;
  return attachTerminal(context, engine, started.session);
}

async function follow(
  context: CliContext,
  engine: Engine,
  { session: first, after, options }: SessionRun,
): Promise<{ readonly session: Session | undefined; readonly isInterrupted: boolean }> {
  const stopped = new AbortController();
  const release = context.onInterrupt(() => {
    stopped.abort();
  });
  try {
    const session = await followSession({
      ...{ engine, output: context.output, session: first, after, signal: stopped.signal },
      isOver: (now) => isOver(now, options.interactive),
    });
    return { session, isInterrupted: stopped.signal.aborted };
  } finally {
    release();
  }
}

/** Nothing more happens by itself, or an interactive session can be attached to. */
function isOver(session: Session, isInteractive: boolean): boolean {
  const { state } = session;
  if (state === 'running') return isInteractive;
  return endedStates.includes(state) || state === 'stopped' || (state === 'waiting' && !waitsForTime(session));
}

/** Ctrl-C: a session that only starts is cancelled, one that works goes on. */
async function leave({ output }: CliContext, engine: Engine, { id, state }: Session): Promise<ExitCode> {
  if (starting.includes(state)) {
    output.hint('Cancelling the session ...');
    const { session } = await engine.call('session.cancel', { session: id });
    if (output.json) output.document({ session });
    else output.hint(`Cancelled ${id}. Remove its record: flotilla remove ${id}`);
  } else output.hint(`The session goes on. Follow it: flotilla logs -f ${id}   See it: flotilla show ${id}`);
  return exitCodes.cancelled;
}

async function finish(context: CliContext, engine: Engine, session: Session, isPush: boolean): Promise<ExitCode> {
  const { output } = context;
  const made = await engine.call('session.output', { session: session.id });
  const isWaiting = made.session.state === 'waiting';
  const pushed =
    isPush && made.session.state === 'completed'
      ? await engine.call('session.push', { session: session.id })
      : undefined;
  if (output.json) output.document(pushed === undefined ? made : { ...made, session: pushed.session, pushed });
  else {
    output.line();
    showSummary(output, made);
    if (pushed !== undefined)
      output.line(`Pushed   ${pushed.commit.slice(0, 9)} to ${pushed.branch} on ${pushed.remote}`);
  }
  if (isWaiting) output.hint(`Set ANTHROPIC_API_KEY, then: flotilla resume ${session.id}`);
  return isWaiting ? exitCodes.refused : exitCodeOfSession(made.session);
}
