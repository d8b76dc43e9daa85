import type { FlotillaEvent } from '../protocol/events.ts';
import { type Session, sessionSchema } from '../protocol/session.ts';
import { waitingUntil } from '../protocol/waitingUntil.ts';
import type { Engine } from './engineDoor.ts';
import { reasonText } from './helpWith.ts';
import type { Output } from './output.ts';
import { ProgressBar } from './progressBar.ts';
import { Timeline } from './timeline.ts';
import { stateWords } from './words.ts';

export interface Following {
  readonly engine: Engine;
  readonly output: Output;
  readonly session: Session;
  /** Events after this number are shown. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** True when there is no more to wait for. */
  readonly isOver: (session: Session) => boolean;
}

/**
 * Shows what happens in a session until it is over, and returns the session as it is then; `undefined` when it was removed. Ends early,
 * without an error, when the signal fires.
 */
export async function followSession(following: Following): Promise<Session | undefined> {
  const { engine, output, after, signal } = following;
  const view = new EventView(output);
  let session: Session | undefined = following.session;
  try {
    if (following.isOver(session)) return session;
    for await (const event of engine.events({ after, sessionId: session.id, signal })) {
      session = applyEvent(session, event);
      view.show(event);
      if (session === undefined) return undefined;
      if (following.isOver(session)) return session;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    view.close();
  }
  return session;
}

function applyEvent(session: Session, { body, sessionId }: FlotillaEvent): Session | undefined {
  if (sessionId !== session.id) return session;
  if (body.type === 'session.removed') return undefined;
  if (body.type !== 'session.updated') return session;
  const laid = Object.entries({ ...session, ...body.data.changes });
  const fields = laid.filter(([name]) => body.data.cleared?.includes(name) !== true);
  return sessionSchema.safeParse(Object.fromEntries(fields)).data ?? session;
}

class EventView {
  readonly #output: Output;
  readonly #bar: ProgressBar;
  readonly #timeline: Timeline;

  constructor(output: Output) {
    this.#output = output;
    this.#bar = new ProgressBar(output);
    this.#timeline = new Timeline(output);
  }

  show(event: FlotillaEvent): void {
    if (this.#output.json) this.#output.document({ event });
    else if (event.body.type === 'session.progress') this.#bar.show(event.body.data);
    else this.#print(this.#lines(event));
  }

  close(): void {
    this.#bar.clear();
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#bar.clear();
    for (const line of lines) this.#output.line(line);
  }

  #lines({ body }: FlotillaEvent): string[] {
    if (body.type === 'session.timeline') return this.#timeline.lines(body.data);
    if (body.type === 'session.removed') return ['The session was removed.'];
    if (body.type !== 'session.updated' || body.data.changes.state === undefined) return [];
    const { state, reason } = body.data.changes;
    const { word, color } = stateWords[state];
    if (reason === undefined) return [this.#output.paint(color, word)];
    const until = waitingUntil({ state, reason });
    const text = `${until === undefined ? '' : `Until ${until}. `}${reasonText(reason)}`;
    return [`${this.#output.paint(color, word.padEnd(11))}${text}`.trimEnd()];
  }
}
