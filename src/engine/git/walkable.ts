import { boundedMemory } from './boundedMemory.ts';
import { ObjectReader } from './objectReader.ts';
import { TreeSizes, type WalkLimits, walkLimits } from './treeSizes.ts';

const timeoutMs = 60_000;
/** Commits and trees that were found to be fine; what an id stands for never changes. */
const known = new Set<string>();
const mostKnown = 2000;

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
  const wanted = ids.filter((id) => !known.has(id));
  if (wanted.length === 0 && !signal.aborted) return;
  const over = new AbortController();
  const reader = new ObjectReader(
    { folder, variables: boundedMemory, timeoutMs },
    AbortSignal.any([signal, over.signal]),
  );
  try {
    await new TreeSizes((tree) => reader.read(tree), limits).require(wanted.map((id) => `${id}^{tree}`));
  } finally {
    over.abort();
    await reader.close();
  }
  if (known.size + wanted.length > mostKnown) known.clear();
  for (const id of wanted) known.add(id);
}
