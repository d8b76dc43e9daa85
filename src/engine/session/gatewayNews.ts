import type { TimelineEntry } from '../../protocol/events.ts';
import type { Trouble } from '../gateway/gateway.ts';
import type { UsageDelta } from '../gateway/usageMeter.ts';
import type { SessionBook } from './book.ts';
import type { Lives } from './lives.ts';
import { atWork, noCredentials } from './reasons.ts';

/** A limit that ends so many milliseconds after the one that was told is told as well. */
const muchLater = 60_000;

/** What the gateway sees of a session: tokens and cost, and what stands between Claude and the API. */
export class GatewayNews {
  readonly #book: SessionBook;
  readonly #lives: Lives;
  /** The end of the limit that was told last, in milliseconds since 1970. */
  readonly #limits = new Map<string, number>();
  /** When to ask again, as the API said last, in milliseconds since 1970. */
  readonly #ends = new Map<string, number>();

  constructor(book: SessionBook, lives: Lives) {
    this.#book = book;
    this.#lives = lives;
  }

  usage(id: string, { usage: delta }: UsageDelta): void {
    const usage = this.#book.peek(id)?.usage;
    if (usage === undefined) return;
    this.#book.change(id, {
      usage: {
        requests: usage.requests + delta.requests,
        inputTokens: usage.inputTokens + delta.inputTokens,
        outputTokens: usage.outputTokens + delta.outputTokens,
        cacheReadTokens: usage.cacheReadTokens + delta.cacheReadTokens,
        cacheWriteTokens: usage.cacheWriteTokens + delta.cacheWriteTokens,
        costUsd: usage.costUsd + delta.costUsd,
        unpricedRequests: usage.unpricedRequests + delta.unpricedRequests,
      },
    });
  }

  trouble(id: string, trouble: Trouble): void {
    const session = this.#book.peek(id);
    if (session === undefined || !this.#lives.has(id)) return;
    this.#noteEnd(id, trouble);
    if (session.state === 'waiting' && trouble.kind === 'over') this.#book.enter(id, 'running', atWork);
    if (session.state !== 'running') return;
    if (trouble.kind === 'no-credentials') this.#book.enter(id, 'waiting', noCredentials);
    const entry = entryOf(trouble);
    if (!this.#isTold(id, trouble) && entry !== undefined) this.#book.timeline(id, entry);
  }

  /** When the API wants to be asked again, in milliseconds since 1970, where it said so to this session since it last answered. */
  limitEnd(id: string): number | undefined {
    return this.#ends.get(id);
  }

  /** The session is gone. */
  forget(id: string): void {
    this.#limits.delete(id);
    this.#ends.delete(id);
  }

  /** What the API said to an earlier Claude of the session tells nothing of the next one. */
  begins(id: string): void {
    this.#ends.delete(id);
  }

  /** What the API said to who came with an earlier credential tells nothing of this one. */
  credentialCame(): void {
    this.#ends.clear();
  }

  #noteEnd(id: string, trouble: Trouble): void {
    const end = 'resetAt' in trouble ? Date.parse(trouble.resetAt ?? '') : NaN;
    if (Number.isNaN(end)) this.#ends.delete(id);
    else this.#ends.set(id, end);
  }

  /** Each answer names another moment, a second or two away from now; only one that is really later is news. */
  #isTold(id: string, trouble: Trouble): boolean {
    if (trouble.kind !== 'limited') {
      this.#limits.delete(id);
      return false;
    }
    const end = Date.parse(trouble.resetAt ?? '') || Date.now();
    const isTold = end < (this.#limits.get(id) ?? -Infinity) + muchLater;
    if (!isTold) this.#limits.set(id, end);
    return isTold;
  }
}

function entryOf(trouble: Trouble): TimelineEntry | undefined {
  switch (trouble.kind) {
    case 'credential-refused':
      return {
        kind: 'limit',
        failed: true,
        text: `The API refused the credential (${trouble.status}). Set a valid one.`,
      };
    case 'unreachable':
      return { kind: 'notice', failed: true, text: `The API can't be reached: ${trouble.message}` };
    case 'limited':
      return { kind: 'limit', text: `The API limits requests ${until(trouble.resetAt)}.` };
    // Claude itself says that it asks again.
    case 'busy':
    case 'no-credentials':
    case 'over':
      return undefined;
  }
}

const until = (resetAt: string | undefined): string => (resetAt === undefined ? 'for now' : `until ${resetAt}`);
