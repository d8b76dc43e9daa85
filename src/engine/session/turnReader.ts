import type { Reason } from '../../protocol/basics.ts';
import type { TimelineEntry } from '../../protocol/events.ts';
import type { Activity, Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import type { ClaudeEvent } from '../claude/streamJson.ts';

/** What one event of an autonomous Claude means for its session. */
export interface Reading {
  readonly changes?: Partial<Session> | undefined;
  readonly entry?: TimelineEntry | undefined;
  /** A turn has ended, well or badly. */
  readonly result?: TurnResult | undefined;
  /** A command was run that may have made commits. */
  readonly mayHaveCommitted?: boolean | undefined;
}

/** How a turn ended; `reason` where the API ended it. */
interface TurnResult {
  readonly failed: boolean;
  readonly text: string;
  readonly reason?: Reason | undefined;
}

/** Characters of a result that the session's record keeps: it is written anew with each change. */
const maxResult = 100_000;
/** Characters of a failed result that are kept to give the reason of an end. */
const maxReason = 4000;
/** Commands that run at one time. */
const maxCalls = 1000;

/** What comes out of an environment may claim any number. */
const sum = (before: number, more: number): number => Math.min(before + more, Number.MAX_SAFE_INTEGER);

/** Reads Claude's events one by one; keeps only what is needed to read the next. */
export class TurnReader {
  readonly #bashCalls = new Set<string>();
  #about: string | undefined;

  read(session: Session, event: ClaudeEvent): Reading {
    switch (event.type) {
      case 'init':
        return { changes: { ...identity(session, event), ...this.#working(session, undefined) } };
      case 'prompt':
      case 'text':
        return { entry: { kind: event.type, text: event.text }, changes: this.#working(session, undefined) };
      case 'tool':
        return this.#readTool(session, event);
      case 'toolResult':
        return { mayHaveCommitted: this.#bashCalls.delete(event.id) };
      case 'result':
        return readResult(session, event);
      case 'retry':
        return { entry: { kind: 'notice', text: event.text }, changes: this.#working(session, 'waiting for the API') };
      default:
        return readRest(event);
    }
  }

  #readTool(session: Session, event: Extract<ClaudeEvent, { type: 'tool' }>): Reading {
    if (event.name === 'Bash' && this.#bashCalls.size < maxCalls) this.#bashCalls.add(event.id);
    const about = event.summary === '' ? event.name : `${event.name}: ${event.summary}`;
    return {
      entry: { kind: 'tool', text: event.summary, subject: event.name },
      changes: this.#working(session, about),
    };
  }

  /** The activity, only when it changed: events come by the dozen a second. */
  #working(session: Session, about: string | undefined): Partial<Session> {
    if (session.activity?.kind === 'working' && this.#about === about) return {};
    this.#about = about;
    const activity: Activity = {
      kind: 'working',
      since: session.activity?.kind === 'working' ? session.activity.since : now(),
      ...(about === undefined ? {} : { about }),
    };
    return { activity };
  }
}

const identity = (session: Session, event: Extract<ClaudeEvent, { type: 'init' }>): Partial<Session> => ({
  claudeSessionId: event.claudeSessionId,
  model: session.model ?? event.model,
});

function readRest(event: ClaudeEvent): Reading {
  if (event.type === 'limit') return { entry: { kind: 'limit', text: event.text } };
  return event.type === 'compacted' ? { entry: { kind: 'notice', text: 'Claude compacted its context.' } } : {};
}

function readResult(session: Session, event: Extract<ClaudeEvent, { type: 'result' }>): Reading {
  const failed = event.isError;
  const window = event.contextWindow;
  const used = event.contextTokens;
  return {
    result: { failed, text: event.text.slice(0, maxReason), reason: event.apiFailure },
    entry: { kind: 'result', text: event.text, failed },
    changes: {
      turns: sum(session.turns, event.turns),
      resultText: event.text.slice(0, maxResult),
      activity: { kind: 'idle', since: now() },
      ...(window === undefined || used === undefined ? {} : { context: { windowTokens: window, usedTokens: used } }),
    },
  };
}
