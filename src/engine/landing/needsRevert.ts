import { FlotillaError } from '../base/errors.ts';

/** Why work is not taken back from a target by moving it: only a commit that reverts it is safe there. */
export const needsRevert = (branch: string): FlotillaError =>
  new FlotillaError(
    'undo-refused',
    `The work is on ${branch}, where others may have built on it. Undo it with a commit that takes it back (revert).`,
  );
