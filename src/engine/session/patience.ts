import { z } from 'zod';
import type { Reason } from '../../protocol/basics.ts';
import type { Session } from '../../protocol/session.ts';
import { instantOf } from '../base/clock.ts';
import { withoutAdvice } from '../claude/apiFailure.ts';
import type { Documents } from '../store/documents.ts';

/** Tries one after another without progress before a session fails; about a day where every pause has its full length. */
const maxTries = 50;
/** Tries in all before a turn comes to its end: whatever each of them brings, it costs. */
const maxInAll = 200;
/** Tokens of answers that count as progress: more than come of answers that break off, and of what Claude asks beside its work. */
const progress = 500;
/** In milliseconds. */
const minute = 60_000;
const pauses = { first: minute, longest: 30 * minute };
/** No limit of the API is longer than a week; what claims to be is not believed. */
const longestLimit = 8 * 24 * 60 * minute;

const noteSchema = z.strictObject({
  /** Tries since the last progress. */
  tries: z.number().int().nonnegative(),
  inAll: z.number().int().nonnegative(),
  /** Tokens of all answers before the first of them. */
  answered: z.number().nonnegative(),
});

export interface PatienceParts {
  readonly documents: Documents;
  /** When the API wants to be asked again by a session, in milliseconds since 1970, where it said so. */
  readonly limitEnd: (id: string) => number | undefined;
  /** Forgets that. */
  readonly forgetLimit: (id: string) => void;
  /** Milliseconds; one minute when absent. */
  readonly firstPause?: number | undefined;
}

/** Decides whether a session that the API goes on refusing waits, and until when. */
export class Patience {
  readonly #parts: PatienceParts;
  /** How many credentials came to this engine, and with which of them each session was begun. */
  #credential = 0;
  readonly #begunWith = new Map<string, number>();

  constructor(parts: PatienceParts) {
    this.#parts = parts;
  }

  credentialCame(): void {
    this.#credential += 1;
  }

  /** A Claude of the session is about to begin. */
  begins(id: string): void {
    this.#begunWith.set(id, this.#credential);
    this.#parts.forgetLimit(id);
  }

  /** The session's Claude was begun before the newest credential came, so that it may have been refused for an earlier one. */
  hasNewCredential(id: string): boolean {
    return (this.#begunWith.get(id) ?? 0) < this.#credential;
  }

  /** Why and until when a session waits whose Claude has ended for this reason; `undefined` when it fails. Each call is a try. */
  waiting(session: Session, reason: Reason): Reason | undefined {
    const kind = session.mode === 'autonomous' && session.whenRefused !== 'fail' ? reason.code : undefined;
    const says = (what: string): Reason => ({ ...reason, message: `${withoutAdvice(reason)} ${what}` });
    if (kind === 'credential-refused')
      return says('The session goes on when another one is set, or when it is resumed.');
    if (kind !== 'api-limited' && kind !== 'api-trouble') return undefined;
    const until = this.#until(session);
    if (until === undefined) return undefined;
    return { ...says('The session goes on by itself later, and at once when it is resumed.'), until };
  }

  /** A turn of the session came to its end. */
  succeeded(id: string): void {
    this.#parts.documents.delete('patience', id);
  }

  /** The session is gone. */
  forget(id: string): void {
    this.#begunWith.delete(id);
    this.#parts.documents.delete('patience', id);
  }

  #until({ id, usage }: Session): string | undefined {
    const { documents, limitEnd, firstPause } = this.#parts;
    const note = documents.get(noteSchema, 'patience', id);
    // As the gateway saw it; what Claude says is not asked.
    const isAnew = note === undefined || usage.outputTokens >= note.answered + progress;
    const tries = isAnew ? 1 : note.tries + 1;
    const inAll = (note?.inAll ?? 0) + 1;
    if (tries > maxTries || inAll > maxInAll) {
      documents.delete('patience', id);
      return undefined;
    }
    documents.put('patience', id, { tries, inAll, answered: isAnew ? usage.outputTokens : note.answered });
    return instantOf(nextTry({ tries, limitEnd: limitEnd(id), firstPause, now: Date.now() }));
  }
}

interface Try {
  /** This one's number since the last progress, from one. */
  readonly tries: number;
  /** Milliseconds since 1970, like the answer. */
  readonly now: number;
  readonly limitEnd: number | undefined;
  readonly firstPause?: number | undefined;
}

/**
 * When to ask again: at the end that the API named, or after pauses that grow. An end that the API names again and again is believed
 * less and less. Never the same for two sessions, so that not all that wait for one limit meet at its end.
 */
export function nextTry({ tries, now, limitEnd, firstPause = pauses.first }: Try): number {
  const grown = (times: number): number => Math.min(firstPause * 2 ** (times - 1), pauses.longest);
  const isNamed = limitEnd !== undefined && limitEnd > now - minute && limitEnd < now + longestLimit;
  if (!isNamed) return now + grown(tries) * (1 + Math.random() / 4);
  const from = Math.max(limitEnd, now + (tries > 1 ? grown(tries - 1) : 0));
  const spread = Math.min(Math.max((from - now) / 10, 1000), 2 * minute);
  return from + Math.random() * spread;
}
