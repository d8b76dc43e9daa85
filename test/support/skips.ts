import type { Context, Runnable, Suite, Test } from 'mocha';

/** Why a test did not run. `absent`: no machine of this kind can have it, so it is listed and not counted. */
export interface Skip {
  readonly kind: 'missing' | 'absent';
  readonly reason: string;
}

const skips = new WeakMap<Runnable | Suite, Skip>();

/** True on the machines that must have every part: there a skip for want of one is a failure. */
export const underCi = (): boolean => process.env['CI'] === 'true';

function skip(context: Context, why: Skip): never {
  const { test } = context;
  // In a `before` hook the whole suite is skipped, and the reason is the suite's.
  if (test) skips.set('type' in test && test.type === 'hook' ? (test.parent ?? test) : test, why);
  context.skip();
}

/** Skips the running test or suite because the machine lacks something it could have. Under CI that is a failure. */
export function skipFor(context: Context, reason: string): never {
  if (underCi()) throw new Error(`Under CI nothing may be missing: ${reason}`);
  return skip(context, { kind: 'missing', reason });
}

/** Leaves out a test of something that such a machine can never have, such as another operating system. */
export const cannotRunHere = (context: Context, reason: string): never => skip(context, { kind: 'absent', reason });

/** The reason that was given for a pending test. */
export function skipOf(test: Test): Skip | undefined {
  const own = skips.get(test);
  if (own) return own;
  for (let suite = test.parent; suite; suite = suite.parent) {
    const found = skips.get(suite);
    if (found) return found;
  }
  return undefined;
}
