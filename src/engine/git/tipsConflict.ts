import { FlotillaError } from '../base/errors.ts';
import type { Conflict } from './conflict.ts';
import { MergeRoom } from './mergeRoom.ts';
import { standIns } from './standIns.ts';

export interface Tips {
  /** A bare repository that has both commits. */
  readonly store: string;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * The paths at which two commits, such as the newest of two sessions, don't merge; none when they do. Touches no ref and leaves no object.
 * For two branches that both still grow this is enough; for a landing it is not, see `replay`. Rejects with `limit-reached`.
 */
export const tipsConflict = ({ store, ours, theirs }: Tips, signal?: AbortSignal): Promise<Conflict[]> =>
  MergeRoom.use(
    store,
    ours,
    async (room) => {
      const [attributesOf, pair] = await Promise.all([
        room.treeOf(ours),
        standIns(room, ours, theirs),
        room.heedAttributes(ours),
      ]);
      const merged = await room.merge({ ...pair, attributesOf });
      if (!merged.clean && merged.found.length === 0)
        throw new FlotillaError('git-failed', 'Git found a conflict that it does not name.');
      return room.conflictsOf(merged, pair.ours);
    },
    signal,
  );
