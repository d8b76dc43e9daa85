import { removeLocks } from './leftovers.ts';

/** Subcommands that lock refs, or what git notes about objects. A push locks nothing where it comes from. */
const writers: ReadonlySet<string> = new Set(['fetch', 'update-ref', 'symbolic-ref', 'repack']);

interface Own {
  /** Gits of this engine that write here now. */
  writing: number;
  /** One of them was killed, and may have left locks that would keep all others out. */
  killed: boolean;
  freeing: Promise<void> | undefined;
}

/** The bare repositories that nobody but this engine works in, by their folders. */
const own = new Map<string, Own>();

/** From now on locks that a killed git leaves there are taken away. Only for a repository that nobody else works in. */
export function ownRepository(folder: string): void {
  if (!own.has(folder)) own.set(folder, { writing: 0, killed: false, freeing: undefined });
}

/**
 * Runs a git; when it was killed in a repository of the engine's own, by whomever, its locks go as soon as no other writes there. `isWhole`
 * tells whether git came to an end by itself.
 */
export async function inOwnRepository<T>(
  { folder = '', args }: { readonly folder?: string | undefined; readonly args: readonly string[] },
  run: () => Promise<T>,
  isWhole: (result: T) => boolean,
): Promise<T> {
  const repository = own.get(folder);
  if (repository === undefined || !writers.has(args[0] ?? '')) return run();
  while (repository.freeing !== undefined) await repository.freeing;
  repository.writing += 1;
  let whole = false;
  try {
    const result = await run();
    whole = isWhole(result);
    return result;
  } finally {
    repository.writing -= 1;
    repository.killed ||= !whole;
    await freeWhenDue(folder, repository);
  }
}

async function freeWhenDue(folder: string, repository: Own): Promise<void> {
  if (!repository.killed || repository.writing > 0) return;
  repository.killed = false;
  repository.freeing = removeLocks(folder).catch(() => undefined);
  await repository.freeing;
  repository.freeing = undefined;
}
