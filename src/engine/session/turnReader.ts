import type { TimelineEntry } from '../../protocol/events.ts';
import type { Activity, Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import type { ClaudeEvent } from '../claude/streamJson.ts';

/** What one event of an autonomous Claude means for its session. */
export interface Reading {
  readonly changes?: Partial<Session> | undefined;
  readonly entry?: TimelineEntry | undefined;
  /** A turn has ended, well or badly. */
  readonly result?: { readonly failed: boolean; readonly text: string } | undefined;
  /** A command was run that may have made commits. */
  readonly mayHaveCommitted?: boolean | undefined;
}

/** Reads Claude's events one by one; keeps only what is needed to read the next. */
export class TurnReader {
  readonly #bashCalls = new Set<string>();
  #about: string | undefined;

  read(session: Session, event: ClaudeEvent): Reading {
    switch (event.type) {
      case 'init':
        return {
          changes: {
            claudeSessionId: event.claudeSessionId,
            model: session.model ?? event.model,
            ...this.#working(session, undefined),
          },
        };
      case 'prompt':
        return { entry: { kind: 'prompt', text: event.text }, changes: this.#working(session, undefined) };
      case 'text':
        return { entry: { kind: 'text', text: event.text }, changes: this.#working(session, undefined) };
      case 'tool':
        return this.#readTool(session, event);
      case 'toolResult':
        return this.#readToolResult(event);
      case 'result':
        return readResult(session, event);
      case 'retry':
        return { changes: this.#working(session, 'waiting for the API'), entry: { kind: 'notice', text: event.text } };
      case 'limit':
        return { entry: { kind: 'limit', text: event.text } };
      case 'compacted':
        return { entry: { kind: 'notice', text: 'Claude compacted its context.' } };
      case 'exit':
      case 'other':
        return {};
    }
  }

  #readTool(session: Session, event: Extract<ClaudeEvent, { type: 'tool' }>): Reading {
    if (event.name === 'Bash') this.#bashCalls.add(event.id);
    const about = event.summary === '' ? event.name : `${event.name}: ${event.summary}`;
    return {
      entry: { kind: 'tool', text: event.summary, subject: event.name },
      changes: this.#working(session, about),
    };
  }

  #readToolResult(event: Extract<ClaudeEvent, { type: 'toolResult' }>): Reading {
    const mayHaveCommitted = this.#bashCalls.delete(event.id);
    return { mayHaveCommitted };
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

function readResult(session: Session, event: Extract<ClaudeEvent, { type: 'result' }>): Reading {
  const failed = event.isError;
  const window = event.contextWindow;
  const used = event.contextTokens;
  return {
    result: { failed, text: event.text },
    entry: { kind: 'result', text: event.text, failed },
    changes: {
      turns: session.turns + event.turns,
      resultText: event.text,
      activity: { kind: 'idle', since: now() },
      ...(window === undefined || used === undefined ? {} : { context: { windowTokens: window, usedTokens: used } }),
    },
  };
}
