import { z } from 'zod';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';

const names = z.array(z.string()).default([]);

/** What an environment held beside its branches and checkpoints when its work came home last. */
export const heldInsideSchema = z.object({
  /** How much was stashed away. It came home, but is in no branch. */
  stashes: z.number().default(0),
  /** Linked work trees with work that is in no branch. It came home. */
  workTrees: z.array(z.object({ name: z.string(), commit: z.string() })).default([]),
  /** Tags with commits that are in no branch. They came home. */
  tags: z.array(z.object({ name: z.string(), object: z.string() })).default([]),
  /** Repositories inside the workspace. They did not come home. */
  nested: names,
  /** Branches, tags and linked work trees that did not come home. */
  leftOut: names,
});
export type HeldInside = z.output<typeof heldInsideSchema>;

const most = 5;

/** Rejects with `work-not-home` when the environment holds what did not come home. */
export function requireNothingInside({ name }: Session, { nested, leftOut }: HeldInside): void {
  if (nested.length > 0)
    throw new FlotillaError(
      'work-not-home',
      `"${name}" holds repositories of its own that are not saved: ${listed(nested)}. Ask Claude to bring what is to be kept into the session's own, or remove the session and discard them.`,
    );
  if (leftOut.length > 0)
    throw new FlotillaError(
      'work-not-home',
      `"${name}" holds work that is not saved: ${listed(leftOut)}. Ask Claude to put it on branches with plain names, or remove the session and discard it.`,
    );
}

/** Rejects with `work-not-home` when something came home that no branch holds. */
export function requireNothingAside({ name }: Session, { stashes, workTrees, tags }: HeldInside): void {
  if (stashes > 0)
    throw new FlotillaError(
      'work-not-home',
      `"${name}" has ${stashes === 1 ? 'one stash' : `${stashes} stashes`} that no branch holds. Ask Claude to apply or drop what is stashed, or remove the session and discard it.`,
    );
  if (workTrees.length > 0)
    throw new FlotillaError(
      'work-not-home',
      `"${name}" has work in linked work trees that no branch holds: ${listed(workTrees.map((one) => one.name))}. Ask Claude to commit it to branches or to remove the work trees, or remove the session and discard it.`,
    );
  if (tags.length > 0)
    throw new FlotillaError(
      'work-not-home',
      `"${name}" has tags with commits that no branch holds: ${listed(tags.map((one) => one.name))}. Ask Claude to make branches of them or to delete the tags, or remove the session and discard them.`,
    );
}

const listed = (all: readonly string[]): string =>
  all.slice(0, most).join(', ') + (all.length > most ? ` and ${String(all.length - most)} more` : '');
