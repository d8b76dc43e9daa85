import type { FlotillaEvent } from '../../protocol/events.ts';
import type { LandingPlan } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { PanelLanding, PanelPlan } from '../../protocol/panelLanding.ts';
import type { Session } from '../../protocol/session.ts';
import { can } from '../model/actions.ts';
import { isOnTarget, panelLandingActions } from './panelLanding.ts';

type Status = OperationOutput<'landing.status'>;

/** Characters of a verification's output that are kept. */
const longestOutput = 64 * 1024;

export interface LandingFeedParts {
  readonly session: () => Session | undefined;
  readonly status: () => Promise<Status>;
  readonly plan: () => Promise<LandingPlan>;
  readonly show: (landing: PanelLanding) => void;
  readonly output: (text: string) => void;
}

/** A session's landing as a panel shows it: read when its part is on show, and again with every change from then on. */
export class LandingFeed {
  readonly #parts: LandingFeedParts;
  #status: Status | undefined;
  #plan: PanelPlan | undefined;
  /** The work that the plan is of. */
  #plannedFor = '';
  /** How the landing stood when it was read last; `undefined` while nobody looks. */
  #readAt: string | undefined;
  /** What the verification that is under way has written. */
  #written = '';
  #isReading = false;
  #isWanted = false;

  constructor(parts: LandingFeedParts) {
    this.#parts = parts;
  }

  /** The part is on show. `plan`: make the dry run anew. */
  async read(plan: boolean): Promise<void> {
    if (plan) this.#plannedFor = '';
    this.#readAt ??= '';
    await this.#readOn();
  }

  /** The session has changed. */
  async changed(): Promise<void> {
    const landing = this.#parts.session()?.landing;
    if (landing?.state !== 'running' || landing.step !== 'verify') this.#written = '';
    if (this.#readAt !== undefined && this.#readAt !== this.#now()) await this.#readOn();
  }

  /** The engine keeps what a verification writes until it has ended; what it writes meanwhile is kept here. */
  take({ body }: FlotillaEvent): void {
    if (body.type !== 'landing.output') return;
    this.#written = (this.#written + body.data.text).slice(-longestOutput);
    if (this.#readAt !== undefined) this.#parts.output(body.data.text);
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#readAt = undefined;
  }

  #now(): string {
    const session = this.#parts.session();
    return [session?.landing?.updatedAt, session?.landing?.state, session?.head?.commit].join(' ');
  }

  /** Many wishes to read while it is being read become one more reading. */
  async #readOn(): Promise<void> {
    this.#isWanted = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        this.#readAt = this.#now();
        this.#status = await this.#parts.status();
        this.#show();
      }
    } catch (error) {
      this.#parts.show({ kind: 'failed', message: messageOf(error) });
    } finally {
      this.#isReading = false;
    }
    await this.#planAnew();
  }

  #show(): void {
    if (this.#status === undefined || this.#readAt === undefined) return;
    const { landing } = this.#status;
    const verifyOutput = landing?.verify?.outcome === 'running' ? this.#written : this.#status.verifyOutput;
    const session = this.#parts.session();
    const actions = panelLandingActions(this.#status, session);
    const plan = landing !== undefined && isOnTarget(landing, session) ? undefined : this.#plan;
    this.#parts.show({ kind: 'known', landing, verifyOutput, actions, plan });
  }

  #canLand(session: Session): boolean {
    const landing = this.#status?.landing;
    return can(session, 'land') && (landing === undefined || !isOnTarget(landing, session));
  }

  /** A dry run shows what would come before anything is asked for; once a landing is under way, the landing itself says more. */
  async #planAnew(): Promise<void> {
    const session = this.#parts.session();
    const work = session !== undefined && this.#canLand(session) ? (session.head?.commit ?? '') : '';
    if (work === '' || work === this.#plannedFor) return;
    this.#plannedFor = work;
    this.#plan = { kind: 'reading' };
    this.#show();
    const plan = await this.#parts.plan().then(
      (made): PanelPlan => ({ kind: 'known', plan: made }),
      (error: unknown): PanelPlan => ({ kind: 'failed', message: messageOf(error) }),
    );
    if (this.#plannedFor !== work) return;
    this.#plan = plan;
    this.#show();
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'How the landing stands could not be read.';
