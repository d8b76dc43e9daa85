import type { FlotillaEvent } from '../../protocol/events.ts';
import type { OperationInput, OperationOutput } from '../../protocol/operations.ts';
import type { TimelineItem } from '../../protocol/panel.ts';
import { longestTimeline, placeOf } from '../../protocol/panelTimeline.ts';

/** Reads what happened in the session after an event. */
export type ReadLogs = (
  input: Omit<OperationInput<'session.logs'>, 'session'>,
) => Promise<OperationOutput<'session.logs'>>;

export interface FeedHandlers {
  /** `reset`: what was shown before goes; `isCut`: there was more before the first item. */
  show(items: readonly TimelineItem[], options: { reset: boolean; isCut: boolean }): void;
  failed(error: unknown): void;
}

const pageSize = 10_000;

/** A session's timeline: what happened before, then what happens, in order and each once. */
export class TimelineFeed {
  readonly #read: ReadLogs;
  readonly #handlers: FeedHandlers;
  #items: TimelineItem[] = [];
  /** The number of the newest event that is in the items. */
  #last = 0;
  #isCut = false;
  #reading: Promise<void> | undefined;
  /** What happened while the past was being read. */
  #meanwhile: TimelineItem[] = [];

  constructor(read: ReadLogs, handlers: FeedHandlers) {
    this.#read = read;
    this.#handlers = handlers;
  }

  /** Shows all there is to a panel that has nothing, and reads what it does not have yet. */
  async show(): Promise<void> {
    this.#handlers.show(this.#items, { reset: true, isCut: this.#isCut });
    await this.catchUp();
  }

  /** Reads what happened since the last item: after a start, and after the engine was away. */
  catchUp(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  take(event: FlotillaEvent): void {
    const item = itemOf(event);
    if (item === undefined) return;
    if (this.#reading !== undefined) this.#meanwhile.push(item);
    else this.#add([item]);
  }

  async #readOn(): Promise<void> {
    try {
      for (let more = true; more;) {
        const { entries } = await this.#read({ after: this.#last, limit: pageSize });
        this.#add(entries);
        more = entries.length > 0;
      }
    } catch (error) {
      this.#handlers.failed(error);
    }
    this.#add(this.#meanwhile.splice(0));
  }

  #add(items: readonly TimelineItem[]): void {
    const fresh = items.filter(({ seq }) => seq > this.#last);
    if (fresh.length === 0) return;
    this.#last = fresh.at(-1)?.seq ?? this.#last;
    for (const item of fresh) {
      const place = placeOf(item, this.#items);
      if (place === undefined) this.#items.push(item);
      else this.#items[place] = item;
    }
    const tooMany = this.#items.length - longestTimeline;
    if (tooMany > 0) this.#items.splice(0, tooMany);
    this.#isCut ||= tooMany > 0;
    this.#handlers.show(fresh.slice(-longestTimeline), { reset: false, isCut: this.#isCut });
  }
}

/** The item of the timeline that an event is; `undefined` for what is not shown there. */
function itemOf({ seq, at, body }: FlotillaEvent): TimelineItem | undefined {
  if (body.type === 'session.timeline') return { seq, at, entry: { kind: 'timeline', timeline: body.data } };
  if (body.type === 'session.progress') return { seq, at, entry: { kind: 'step', progress: body.data } };
  if (body.type !== 'session.updated' || body.data.changes.state === undefined) return undefined;
  const { state, reason } = body.data.changes;
  return { seq, at, entry: { kind: 'state', state, message: reason?.message ?? '' } };
}
