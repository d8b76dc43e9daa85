import type { FileStat } from '../../protocol/fileOperations.ts';
import type { Disposable } from '../model/emitter.ts';
import type { Place } from './place.ts';

export interface FileChange extends Place {
  readonly kind: 'created' | 'changed' | 'deleted';
}

export interface WatchParts {
  /** What paths of a session are now; `undefined` for what is not there. Rejects when it can't be asked. */
  readonly stat: (session: string, paths: readonly string[]) => Promise<readonly (FileStat | undefined)[]>;
  /** False while nothing in the session can change: then only hints lead to a look. */
  readonly isLive: (session: string) => boolean;
  readonly changed: (changes: readonly FileChange[]) => void;
  /** Milliseconds between two looks. */
  readonly everyMs: () => number;
  /** Milliseconds at least between two looks, however many hints there are. */
  readonly gapMs: number;
}

/** Paths of one session that are looked at; the oldest ones of a watched folder give way. */
const maxPaths = 300;
/** Milliseconds between a hint that something changed and the look at it: hints come in bursts. */
const hintMs = 150;

interface Watched {
  /** How many watches want the path itself. */
  wanted: number;
  known: FileStat | undefined | 'unknown';
}

/**
 * Watches files of sessions by looking at them now and then, and soon after a hint; only those that somebody watches. A watch of a
 * folder with all below it looks at what was opened or listed there: nothing else is shown anywhere.
 */
export class FileWatches implements Disposable {
  readonly #parts: WatchParts;
  readonly #sessions = new Map<string, Map<string, Watched>>();
  readonly #trees = new Map<string, Map<string, number>>();
  readonly #looking = new Set<string>();
  readonly #lookedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Paths that are looked at now. */
  get size(): number {
    return [...this.#sessions.values()].reduce((sum, paths) => sum + paths.size, 0);
  }

  watch({ session, path }: Place, isRecursive: boolean): Disposable {
    const trees = isRecursive ? this.#treesOf(session) : undefined;
    trees?.set(path, (trees.get(path) ?? 0) + 1);
    this.#want(session, path, 1);
    let isOver = false;
    return {
      dispose: () => {
        if (isOver) return;
        isOver = true;
        if (trees !== undefined) lower(trees, path);
        this.#want(session, path, -1);
        this.#forget(session);
      },
    };
  }

  /**
   * What a path was when VS Code asked: from then on its changes are told, where it is watched. When it was another thing before, that is told
   * at once: whoever asked need not be the one who shows it.
   */
  saw(place: Place, stat: FileStat | undefined): void {
    const known = this.#sessions.get(place.session)?.get(place.path)?.known ?? 'unknown';
    this.did(place, stat);
    const kind = known === 'unknown' ? undefined : changeOf(known, stat);
    if (kind !== undefined) this.#parts.changed([{ ...place, kind }]);
  }

  /** What a path is after VS Code changed it, which it is told of by other means. */
  did({ session, path }: Place, stat: FileStat | undefined): void {
    const paths = this.#sessions.get(session);
    if (paths === undefined || !(paths.has(path) || this.#isBelow(session, path))) return;
    const wanted = paths.get(path)?.wanted ?? 0;
    paths.delete(path);
    paths.set(path, { wanted, known: stat });
    this.#limit(paths);
  }

  /** Something may have changed in a session, or it runs no longer. */
  hint(session: string): void {
    if (!this.#sessions.has(session) || this.#looking.has(session)) return;
    this.#looking.add(session);
    const gap = (this.#lookedAt.get(session) ?? -Infinity) + this.#parts.gapMs - performance.now();
    setTimeout(() => void this.#look(session), Math.max(hintMs, gap)).unref();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#sessions.clear();
    this.#trees.clear();
  }

  #want(session: string, path: string, by: 1 | -1): void {
    const paths = this.#sessions.get(session) ?? new Map<string, Watched>();
    this.#sessions.set(session, paths);
    const watched = paths.get(path) ?? { wanted: 0, known: 'unknown' };
    watched.wanted += by;
    if (watched.wanted > 0) paths.set(path, watched);
    else if (!this.#isBelow(session, path)) paths.delete(path);
    if (by === 1) this.hint(session);
    this.#schedule();
  }

  /** Drops what no watch covers any more. */
  #forget(session: string): void {
    const paths = this.#sessions.get(session);
    if (paths === undefined) return;
    for (const [path, { wanted }] of paths) if (wanted <= 0 && !this.#isBelow(session, path)) paths.delete(path);
    if (paths.size === 0) this.#sessions.delete(session);
  }

  #limit(paths: Map<string, Watched>): void {
    for (const [path, { wanted }] of paths) {
      if (paths.size <= maxPaths) return;
      if (wanted <= 0) paths.delete(path);
    }
  }

  #treesOf(session: string): Map<string, number> {
    const trees = this.#trees.get(session) ?? new Map<string, number>();
    this.#trees.set(session, trees);
    return trees;
  }

  #isBelow(session: string, path: string): boolean {
    const trees = [...(this.#trees.get(session)?.keys() ?? [])];
    return trees.some((tree) => tree === '' || path === tree || path.startsWith(`${tree}/`));
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isDisposed || this.#sessions.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const session of this.#sessions.keys()) if (this.#parts.isLive(session)) this.hint(session);
      this.#schedule();
    }, this.#parts.everyMs());
    this.#timer.unref();
  }

  async #look(session: string): Promise<void> {
    try {
      const paths = this.#sessions.get(session);
      if (paths === undefined || this.#isDisposed) return;
      const asked = [...paths.keys()].slice(0, 500);
      const before = new Map(paths);
      const found = await this.#parts.stat(session, asked);
      const changes = asked.flatMap((path, at) => this.#compare({ session, path }, found[at], before));
      if (changes.length > 0) this.#parts.changed(changes);
    } catch {
      // The engine or the environment is away for now: the next look will tell.
    } finally {
      this.#looking.delete(session);
      if (this.#sessions.has(session)) this.#lookedAt.set(session, performance.now());
      else this.#lookedAt.delete(session);
    }
  }

  #compare(place: Place, now: FileStat | undefined, before: ReadonlyMap<string, Watched>): FileChange[] {
    const watched = this.#sessions.get(place.session)?.get(place.path);
    // Somebody saw it meanwhile, and what was found may be older than that.
    if (watched === undefined || watched !== before.get(place.path)) return [];
    const { known } = watched;
    watched.known = now;
    const kind = known === 'unknown' ? undefined : changeOf(known, now);
    return kind === undefined ? [] : [{ ...place, kind }];
  }
}

function changeOf(before: FileStat | undefined, now: FileStat | undefined): FileChange['kind'] | undefined {
  if (before === undefined) return now === undefined ? undefined : 'created';
  if (now === undefined) return 'deleted';
  const facts = ({ kind, size, modified, isReadonly }: FileStat): string =>
    [kind, size, modified, isReadonly].join(' ');
  return facts(before) === facts(now) ? undefined : 'changed';
}

function lower(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 0) - 1;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
