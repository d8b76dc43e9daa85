import type { Session } from '../../protocol/session.ts';
import { hasConversation, hasHeard } from '../claude/conversation.ts';
import { Tui } from '../claude/tui.ts';
import type { Environment } from '../runtime/contract.ts';
import type { FollowUp, FollowUps } from '../store/followUps.ts';
import type { SessionBook } from './book.ts';
import type { Beginning, Lives } from './lives.ts';

/** Why a conversation can't go on; the workspace says how far the work is. */
const lost = {
  environment:
    'The environment of this session was lost and made anew. Branch and newest checkpoint are restored; the earlier conversation is not.',
  conversation:
    'Claude was ended before it had saved its conversation, so it begins anew. The workspace is as it was left.',
} as const;

/** What Claude is told where there is nothing else to tell it. */
export const plainWord = 'Please go on where you were interrupted.';

/** Decides how a Claude goes on in an environment in which one was before: what it had heard is not said to it again. */
export class GoingOn {
  readonly #lives: Lives;
  readonly #book: SessionBook;
  readonly #followUps: FollowUps;

  constructor(parts: { readonly lives: Lives; readonly book: SessionBook; readonly followUps: FollowUps }) {
    this.#lives = parts.lives;
    this.#book = parts.book;
    this.#followUps = parts.followUps;
  }

  /** A conversation that Claude had saved goes on, also one of which nobody knew that it had begun. Rejects with `cancelled`. */
  async settle<B extends Beginning>(
    id: string,
    environment: Environment,
    beginning: B,
    signal: AbortSignal,
  ): Promise<B> {
    await this.#lives.recall(id, environment);
    const session = this.#book.get(id);
    const { claudeSessionId, mode } = session;
    if (claudeSessionId === undefined) return beginning;
    if (!(await hasConversation(environment, claudeSessionId, signal)))
      return this.anew(session, beginning, 'conversation');
    await this.#leaveOutHeard(session, environment, signal);
    // The task was said when the conversation began.
    const asked = beginning.resume || beginning.prompt !== session.prompt ? beginning.prompt : '';
    const isIdle = asked === '' && mode === 'autonomous' && this.#followUps.count(id) === 0;
    return { ...beginning, resume: true, prompt: isIdle ? plainWord : asked };
  }

  /** Claude learns what the session is about as if for the first time, and that something is there already. */
  anew<B extends Beginning>({ id, prompt: task }: Session, beginning: B, what: keyof typeof lost): B {
    this.#book.change(id, { claudeSessionId: undefined });
    this.#book.timeline(id, { kind: 'notice', text: lost[what] });
    const prompt =
      task === '' ? '' : `${lost[what]} See how far it is and go on. The task of the session is:\n\n${task}`;
    return { ...beginning, resume: false, prompt };
  }

  /** A follow-up that came to the Claude before, which was ended before anybody heard of it. */
  async #leaveOutHeard(session: Session, environment: Environment, signal: AbortSignal): Promise<void> {
    const next = this.#followUps.next(session.id);
    const handed = this.#lives.handed(session.id);
    if (next === undefined || handed?.followUp !== next.id) return;
    const { id, claudeSessionId = '' } = session;
    if (await hasHeard(environment, claudeSessionId, handed.uuid, signal)) this.#take(id, next);
    else {
      const pasted = await Tui.reopen(environment).pasted(handed.uuid, signal);
      if (pasted === 'taken') this.#take(id, next);
      const text = `Nobody can say whether this message reached Claude before it was ended. It is given again: ${next.text}`;
      if (pasted === 'entered') this.#book.timeline(id, { kind: 'notice', text });
    }
  }

  #take(id: string, { id: followUp, text }: FollowUp): void {
    this.#book.together(() => {
      this.#followUps.take(followUp);
      this.#book.change(id, { queued: this.#followUps.count(id) });
      this.#book.timeline(id, { kind: 'prompt', text });
    });
  }
}
