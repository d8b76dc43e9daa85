import type { LandingPlan } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import type { WorkStore } from '../git/workStore.ts';
import type { SessionWorkings } from '../session/room.ts';
import { plannedCommit } from './plannedCommit.ts';
import { plural } from './words.ts';
import { suggestVerify } from './suggestVerify.ts';
import type { Target, Targets } from './targets.ts';
import { uncommittedFiles } from './uncommittedFiles.ts';
import { readVerifyFile, type VerifyFile, verifyFileName } from './verifyFile.ts';

/** Bytes of a file that is read for what it says of verification. */
const longestFile = 64 * 1024;
/** Top-level files whose content says how a project is checked. */
const telling =
  /^(?:package\.json|Makefile|makefile|GNUmakefile|pyproject\.toml|deno\.jsonc?|justfile|Justfile|tox\.ini)$/;

export interface PlanWorkings extends Pick<SessionWorkings, 'book' | 'store' | 'repositories' | 'homecoming'> {
  /** See `LandingBook.since`. */
  readonly since: (session: Session, target: string) => string | undefined;
}

/** What a landing would do, found out on the host without touching the session, its repository or its remote. */
export class Planning {
  readonly #parts: PlanWorkings;
  readonly #targets: Targets;

  constructor(parts: PlanWorkings, targets: Targets) {
    this.#parts = parts;
    this.#targets = targets;
  }

  async plan(
    input: { session: string; target?: string | undefined; verify?: string | undefined },
    signal: AbortSignal,
  ): Promise<LandingPlan> {
    const { store, homecoming, book } = this.#parts;
    const { id } = store.sessions.find(input.session);
    const [, target] = await Promise.all([
      homecoming.bringIfRunning(id, signal),
      this.#targets.find(book.get(id), input.target, signal),
    ]);
    const session = book.get(id);
    const work = this.#parts.repositories.workStore(session.repository);
    const head = session.head?.commit ?? session.base.commit;
    const [replay, behind, verify] = await Promise.all([
      work.replay(target.commit, head, signal, this.#parts.since(session, target.branch)),
      work.ahead(head, target.commit, signal),
      this.verification(session, target, signal, input.verify).catch(brokenFile),
    ]);
    const { fastForward, upToDate } = replay;
    const commits = replay.commits.map(plannedCommit);
    const pushed = await work.pushNotices(replay.base ?? target.commit, head, signal);
    const notices = [...verify.notices, ...pushed, ...(await this.#notices(session, work, signal))];
    const { command, from, suggestions }: Verification = verify;
    const known = command === undefined || from === undefined ? {} : { command, from };
    return { target, head, fastForward, upToDate, commits, behind, notices, verify: { ...known, suggestions } };
  }

  /** How the work is to be verified. What the session's branch says of it does not count: only what stands on the target. */
  async verification(session: Session, target: Target, signal: AbortSignal, asked?: string): Promise<Verification> {
    const files = await this.#parts.repositories.workStore(session.repository).filesAt(target.commit);
    const content = await files.read(verifyFileName, longestFile, signal);
    const read = (): VerifyFile => (content === undefined ? { notices: [] } : readVerifyFile(content.toString('utf8')));
    const file = asked === undefined ? read() : attempt(read);
    const timeoutMs = file.timeoutMs;
    if (asked !== undefined) return { command: asked, from: 'asked', timeoutMs, suggestions: [], notices: [] };
    if (file.command !== undefined)
      return { command: file.command, from: 'file', timeoutMs, suggestions: [], notices: file.notices };
    const entries = (await files.list('', signal)) ?? [];
    const names = entries.map(({ name }) => name);
    const contents = names.map(async (name): Promise<[string, string | undefined]> => [
      name,
      telling.test(name)
        ? (await files.read(name, longestFile, signal).catch(() => undefined))?.toString('utf8')
        : undefined,
    ]);
    return { suggestions: suggestVerify(new Map(await Promise.all(contents))), notices: file.notices };
  }

  async #notices(session: Session, work: WorkStore, signal: AbortSignal): Promise<string[]> {
    const commit = session.head?.commit ?? session.base.commit;
    const count = await uncommittedFiles(session, { work, commit }, signal);
    return count === 0 ? [] : [`${plural(count, 'file')} of uncommitted work stay in the session and are not landed.`];
  }
}

export interface Verification {
  readonly command?: string;
  readonly from?: 'asked' | 'file';
  readonly timeoutMs?: number | undefined;
  readonly suggestions: string[];
  readonly notices: string[];
}

/** A file that is broken does not matter where a command was named. */
function attempt(read: () => VerifyFile): VerifyFile {
  try {
    return read();
  } catch {
    return { notices: [] };
  }
}

/** A plan says what is wrong with the project's file and goes on without it. */
function brokenFile(error: unknown): Verification {
  if (!FlotillaError.is(error, 'config-invalid')) throw error;
  return { suggestions: [], notices: [error.message] };
}

/** Rejects with `nothing-to-push` for a session without commits of its own. */
export function requireWork({ name, head }: Session): string {
  if (head !== undefined && head.ahead > 0) return head.commit;
  throw new FlotillaError(
    'nothing-to-push',
    `"${name}" has no commits of its own to land. Uncommitted work is kept in its checkpoints: ask Claude to commit it.`,
  );
}
