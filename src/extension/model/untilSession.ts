import type { Session } from '../../protocol/session.ts';
import type { ModelChange } from './sessionModel.ts';

/** What is needed of the model. */
interface Changing {
  get(id: string): Session | undefined;
  onChange(listener: (change: ModelChange) => void): { dispose(): void };
}

/**
 * Waits until a session is as wished, was removed, or the signal fires; gives the session as it is then. One that the model has not
 * heard of yet is waited for.
 */
export function untilSession(
  model: Changing,
  id: string,
  wish: (session: Session) => boolean,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const { promise, resolve } = Promise.withResolvers<Session | undefined>();
  let wasThere = false;
  const look = (): void => {
    const session = model.get(id);
    const isOver = session === undefined ? wasThere : wish(session);
    wasThere ||= session !== undefined;
    if (isOver || signal.aborted) resolve(session);
  };
  const listening = model.onChange(look);
  signal.addEventListener('abort', look, { once: true });
  look();
  return promise.finally(() => {
    listening.dispose();
    signal.removeEventListener('abort', look);
  });
}
