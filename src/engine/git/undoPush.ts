import { FlotillaError } from '../base/errors.ts';
import { pushRef } from './pushRef.ts';
import { type PushSource, pushTarget } from './pushTarget.ts';
import { remoteTip } from './remoteBranch.ts';

export interface PushUndo {
  readonly source: PushSource;
  /** A session's own branch on the remote. */
  readonly branch: string;
  /** What was pushed. */
  readonly pushed: string;
  /** What the branch was before, as the push answered; `undefined` deletes it. */
  readonly before: string | undefined;
}

export interface PushUndone {
  readonly remote: string;
  readonly branch: string;
  /** What the branch is now; `undefined` when it is gone. */
  readonly commit: string | undefined;
  /** It was so already. */
  readonly upToDate: boolean;
}

/** Puts a session's branch on the remote back, unless somebody built on what was pushed: then it rejects with `push-moved`. */
export async function undoPush(folder: string, undo: PushUndo, signal?: AbortSignal): Promise<PushUndone> {
  const { branch, pushed, before } = undo;
  const target = await pushTarget(undo.source, signal);
  const { remote } = target;
  const tip = await remoteTip(target, branch, signal);
  const undone = { remote, branch, commit: before };
  if (tip === before) return { ...undone, upToDate: true };
  if (tip !== pushed) throw builtOn(remote, branch, tip);
  try {
    await pushRef({ folder, target, branch, commit: before, lease: pushed, before: pushed }, signal);
    return { ...undone, upToDate: false };
  } catch (error) {
    if (FlotillaError.is(error, 'push-moved')) throw builtOn(remote, branch, pushed, error);
    throw error;
  }
}

function builtOn(remote: string, branch: string, tip: string | undefined, cause?: FlotillaError): FlotillaError {
  const sentence =
    tip === undefined
      ? `${branch} is no longer on ${remote}: there is nothing to take back.`
      : `Somebody changed ${branch} on ${remote} since it was pushed, so it was left as it is. Fetch it and look; delete it there when nobody needs it.`;
  return new FlotillaError('push-moved', sentence, { cause, detail: cause?.detail });
}
