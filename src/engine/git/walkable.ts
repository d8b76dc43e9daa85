import { throwIfCancelled } from '../base/errors.ts';
import { boundedMemory } from './boundedMemory.ts';
import { type ObjectBody, ObjectReader } from './objectReader.ts';
import { TreeSizes, type WalkLimits, walkLimits } from './treeSizes.ts';

const timeoutMs = 60_000;

/**
 * Refuses a commit or tree of a session with a number of files that can't be: a few kilobytes of trees that name each other many times hold
 * billions, and a diff of them would take all of the host's memory. It is for each that git is to walk on the host: a tip says nothing of the
 * commits behind it. Rejects with `limit-reached` or `cancelled`.
 */
export async function requireWalkable(
  folder: string,
  ids: readonly string[],
  signal: AbortSignal = new AbortController().signal,
  limits: WalkLimits = walkLimits,
): Promise<void> {
  throwIfCancelled(signal);
  const over = new AbortController();
  const call = { folder, variables: boundedMemory, timeoutMs };
  let reader: ObjectReader | undefined;
  const read = (tree: string): Promise<ObjectBody> =>
    // No git is started for what was found to be fine before.
    (reader ??= new ObjectReader(call, AbortSignal.any([signal, over.signal]))).read(tree);
  try {
    await new TreeSizes(read, limits).require(ids.map((id) => `${id}^{tree}`));
  } finally {
    over.abort();
    await reader?.close();
  }
}
