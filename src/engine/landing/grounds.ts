import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Environment } from '../runtime/contract.ts';
import type { SessionWorkings } from '../session/room.ts';

/** Longest that finding and starting an environment may take, in milliseconds. */
const startTimeout = 120_000;

type Workings = Pick<SessionWorkings, 'book' | 'runtime' | 'homecoming' | 'lives' | 'rests'>;

/** Where a landing works: the session's environment, running and with its work at home. */
export class Grounds {
  readonly #parts: Workings;

  constructor(parts: Workings) {
    this.#parts = parts;
  }

  /** The environment, started when it rests. Rejects with `environment-gone`. */
  async running(id: string, signal: AbortSignal): Promise<Environment> {
    const session = this.#parts.book.get(id);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(startTimeout)]);
    const found = await this.peek(id, limited);
    if (found === undefined) throw gone(session);
    if ((await found.status(limited)) !== 'running') await this.#start(id, found, limited);
    return found;
  }

  /** What changes in it from now on is not home any more, and it rests again when nobody needs it. */
  async #start(id: string, environment: Environment, signal: AbortSignal): Promise<void> {
    const { homecoming, lives, rests } = this.#parts;
    homecoming.begin(id);
    await environment.start(signal);
    if (!lives.has(id)) rests.later(id);
  }

  /** The environment, running or not; `undefined` when there is none. */
  peek(id: string, signal: AbortSignal): Promise<Environment | undefined> {
    const { book, runtime, homecoming } = this.#parts;
    if (book.get(id).environment === undefined || homecoming.heldBack(id) !== undefined)
      return Promise.resolve(undefined);
    return runtime.find(id, signal);
  }

  /** Rejects with `not-in-this-state` while Claude may be changing the session's tree. */
  requireIdle(id: string): void {
    const { state, activity, mode, name } = this.#parts.book.get(id);
    const isResting = ['completed', 'failed', 'stopped', 'waiting'].includes(state) && !this.#parts.lives.has(id);
    const isIdle = state === 'running' && mode === 'interactive' && activity?.kind === 'idle';
    if (isResting || isIdle) return;
    throw new FlotillaError('not-in-this-state', notIdle(name, state));
  }

  /** Everything that the session has is at home afterwards, and its newest commit known. */
  async secure(id: string, environment: Environment): Promise<Session> {
    await this.#parts.homecoming.bringHalted(id, environment);
    return this.#parts.book.get(id);
  }

  /** The environment does not rest while this is under way; afterwards its while begins anew. */
  keepUp(id: string, until: Promise<unknown>): void {
    const { rests, lives } = this.#parts;
    rests.keepUp(id, until);
    const over = (): void => {
      if (!lives.has(id)) rests.later(id);
    };
    void until.then(over, over);
  }
}

function notIdle(name: string, state: Session['state']): string {
  if (state === 'cancelled')
    return `"${name}" was cancelled and can't be landed. What it committed can still be pushed.`;
  if (state === 'created' || state === 'blocked') return `"${name}" has not begun yet: there is nothing to land.`;
  const doing = state === 'running' ? `Claude is at work in "${name}"` : `"${name}" is ${state}`;
  return `${doing}: go on when Claude has finished, or stop it first.`;
}

const gone = ({ name }: Session): FlotillaError =>
  new FlotillaError(
    'environment-gone',
    `"${name}" has no environment to land it in. Resume the session, which makes it anew, and land then.`,
  );
