import { FlotillaError } from '../base/errors.ts';
import type { Push, Pushed } from './push.ts';
import { pushRef } from './pushRef.ts';
import { pushTarget } from './pushTarget.ts';
import { remoteTip } from './remoteBranch.ts';

export interface TargetPush extends Push {
  /** What the work was rebased onto and verified with. */
  readonly expected: string;
}

/**
 * Pushes to a branch that belongs to everybody: a plain fast-forward, never a lease, since a lease lets a history be replaced. The look before
 * keeps a branch that somebody took back or deleted from coming to life again, which a fast-forward alone would do.
 */
export async function pushToTarget(folder: string, push: TargetPush, signal?: AbortSignal): Promise<Pushed> {
  const { branch, commit, expected } = push;
  const target = await pushTarget(push.source, signal);
  const { remote } = target;
  const tip = await remoteTip(target, branch, signal);
  if (tip === commit) return { commit, remote, branch, before: commit, upToDate: true };
  if (tip !== expected) throw targetMoved(remote, branch, tip);
  try {
    return { commit, remote, branch, ...(await pushRef({ folder, target, branch, commit, before: tip }, signal)) };
  } catch (error) {
    if (FlotillaError.is(error, 'push-moved')) throw targetMoved(remote, branch, tip, error);
    throw error;
  }
}

function targetMoved(remote: string, branch: string, tip: string | undefined, cause?: FlotillaError): FlotillaError {
  const sentence =
    tip === undefined
      ? `${branch} is no longer on ${remote}: choose another target.`
      : `${branch} moved on ${remote} in the meantime: rebase onto it and verify again.`;
  return new FlotillaError('target-moved', sentence, { cause, detail: cause?.detail });
}
