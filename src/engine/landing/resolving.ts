import type { Landing, LandingFile, LandingStop } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import { askOnce } from '../claude/askOnce.ts';
import { FlotillaError } from '../base/errors.ts';
import { landingFolder } from '../git/landingCommands.ts';
import type { RebaseStop } from '../git/landingStop.ts';
import type { Environment } from '../runtime/contract.ts';
import { LiveFiles } from '../session/liveFiles.ts';
import type { SessionWorkings } from '../session/room.ts';
import type { Grounds } from './grounds.ts';
import type { LandingBook } from './landingBook.ts';
import { LandingTree } from './landingTree.ts';
import { because } from './reasons.ts';
import { plural } from './words.ts';
import type { Rebasing } from './rebasing.ts';
import { putBack } from './resolve/putBack.ts';
import { resolveStop, type ResolveOutcome } from './resolve/resolveStop.ts';

/** How far one Claude may go that resolves: turns, and seconds. */
const limits = { maxTurns: 60, seconds: 900 } as const;
/** Bytes of one side of a conflict that a face is shown. */
const longestSide = 4 * 1024 * 1024;

export type Decision = 'accept' | 'refuse' | 'ours' | 'theirs';
export type Sides = OperationOutput<'landing.conflict'>;

export interface ResolvingParts {
  readonly workings: Pick<SessionWorkings, 'book' | 'lives'>;
  readonly book: LandingBook;
  readonly grounds: Grounds;
  readonly rebasing: Rebasing;
}

interface Place {
  readonly environment: Environment;
  readonly tree: LandingTree;
  readonly stop: RebaseStop;
}

/** Gets the conflicts of a stop resolved: by rules, by Claude, by a person; then lets the rebase go on. */
export class Resolving {
  readonly #parts: ResolvingParts;

  constructor(parts: ResolvingParts) {
    this.#parts = parts;
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    const { stop } = landing;
    const place = await this.#place(landing, signal);
    // The rebase knows best where it stands.
    if (stop === undefined || place?.stop.commit !== stop.commit) return { step: 'rebase', stop: undefined };
    if (stop.files.every(({ state }) => state === 'accepted')) return this.#goOn(landing, place, signal);
    if (!stop.asked || landing.asking !== undefined) return this.#ask(landing, stop, place, signal);
    return waiting(stop);
  }

  /** What a person says of files of the stop. Rejects with `conflicts-open` when one still has conflict markers; nothing is done then. */
  async decide(
    landing: Landing,
    paths: readonly string[],
    how: Decision,
    signal: AbortSignal,
  ): Promise<Partial<Landing>> {
    const { stop } = landing;
    const place = await this.#place(landing, signal);
    if (stop === undefined || place?.stop.commit !== stop.commit) throw elsewhere();
    const asked = new Set(paths);
    const marked = place.stop.withMarkers.filter((path) => asked.has(path));
    if (how === 'accept' && marked.length > 0) throw stillMarked(marked);
    const take = { accept: 'keep', refuse: 'conflict', ours: 'ours', theirs: 'theirs' } as const;
    await place.tree.take(take[how], paths, signal);
    const files = stop.files.map((file) => (asked.has(file.path) ? decided(file, how) : file));
    return waiting({ ...stop, files });
  }

  /**
   * The stop with what a person resolved in the files themselves. Rejects with `conflicts-open` when something is left to do.
   */
  async resolvedByHand(landing: Landing, signal: AbortSignal): Promise<LandingStop | undefined> {
    const { stop } = landing;
    const place = await this.#place(landing, signal);
    if (stop === undefined || place?.stop.commit !== stop.commit) return stop;
    const open = new Set([...place.stop.open, ...place.stop.withMarkers]);
    const left = stop.files.filter(({ state, path }) => state === 'proposed' || (state === 'open' && open.has(path)));
    if (left.length > 0) throw leftOver(left);
    const byHand = stop.files.filter(({ state }) => state === 'open').map(({ path }) => path);
    await place.tree.take('keep', byHand, signal);
    return { ...stop, files: stop.files.map((file) => (file.state === 'open' ? decided(file, 'accept') : file)) };
  }

  /** The sides of a conflicted file. */
  async sides(landing: Landing, path: string, signal: AbortSignal): Promise<Sides> {
    const place = await this.#place(landing, signal);
    const entries = place?.stop.unmerged.filter((entry) => entry.path === path) ?? [];
    if (place === undefined || entries.length === 0)
      throw new FlotillaError('invalid-input', `${JSON.stringify(path)} is not in conflict in this landing.`);
    const side = async (stage: number): Promise<Buffer | undefined> => {
      const object = entries.find((entry) => entry.stage === stage)?.object;
      return object === undefined ? undefined : place.tree.blob(object, longestSide, signal);
    };
    const [base, ours, theirs, current] = await Promise.all([
      side(1),
      side(2),
      side(3),
      this.#current(place, path, signal),
    ]);
    const all = { base, ours, theirs, current };
    const isBinary = Object.values(all).some((content) => content?.subarray(0, 8000).includes(0) === true);
    return { ...encoded(all), isBinary };
  }

  async #current({ environment }: Place, path: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const workspaceFolder = landingFolder(environment.workspaceFolder);
    const files = new LiveFiles({ workspaceFolder, run: (command, inner) => environment.run(command, inner) });
    try {
      return (await files.read(path, signal)).content;
    } catch (error) {
      if (FlotillaError.is(error, 'file-missing') || FlotillaError.is(error, 'file-is-folder')) return undefined;
      throw error;
    }
  }

  async #place({ session }: Landing, signal: AbortSignal): Promise<Place | undefined> {
    const environment = await this.#parts.grounds.running(session, signal);
    const tree = new LandingTree(environment);
    const state = await tree.state(signal);
    return state.state === 'stopped' ? { environment, tree, stop: state.stop } : undefined;
  }

  async #goOn(landing: Landing, { tree }: Place, signal: AbortSignal): Promise<Partial<Landing>> {
    const { rebasing } = this.#parts;
    const extra = (landing.stop?.alsoChanged ?? []).length > 0 ? 'keep' : 'refuse';
    const answer = await tree.goOn(extra, rebasing.noting(landing.session), signal);
    return rebasing.afterwards(landing, answer);
  }

  async #ask(landing: Landing, stop: LandingStop, place: Place, signal: AbortSignal): Promise<Partial<Landing>> {
    const { book } = this.#parts;
    const { session: id, asking } = landing;
    const isClaude = asking !== undefined || landing.options.resolve === 'claude';
    const count = plural(stop.files.filter(({ state }) => state !== 'accepted').length, 'conflicted file');
    if (isClaude) book.change(id, { reason: because('resolving', `Claude resolves ${count} of "${stop.subject}".`) });
    await putBack(place.environment, landingFolder(place.environment.workspaceFolder), signal);
    await place.tree.fill(signal);
    if (!stop.asked) await conflictAnew(stop, place, signal);
    const outcome = await this.#resolve(landing, { stop, place, isClaude }, signal);
    const accepted = outcome.files.filter(
      (file, at) => file.state === 'accepted' && stop.files[at]?.state !== 'accepted',
    );
    await place.tree.take(
      'keep',
      accepted.map(({ path }) => path),
      signal,
    );
    const also = [...(stop.alsoChanged ?? []), ...outcome.alsoChanged];
    const asked = { ...stop, asked: true, files: outcome.files, ...(also.length === 0 ? {} : { alsoChanged: also }) };
    const costUsd = book.get(id).costUsd + outcome.costUsd;
    const changes = { stop: asked, asking: undefined, costUsd };
    if (asked.files.every(({ state }) => state === 'accepted'))
      return { ...changes, reason: because('resolved', `Resolved ${count} of "${stop.subject}".`) };
    return { ...changes, ...waiting(asked), ...(outcome.failure === undefined ? {} : { reason: outcome.failure }) };
  }

  #resolve(
    landing: Landing,
    { stop, place, isClaude }: { stop: LandingStop; place: Place; isClaude: boolean },
    signal: AbortSignal,
  ): Promise<ResolveOutcome> {
    const { workings, book } = this.#parts;
    const { environment } = place;
    const { options, target, asking, costUsd, session: id } = landing;
    const session = workings.book.get(id);
    const folder = landingFolder(environment.workspaceFolder);
    const budgetUsd = Math.max(0, options.budgetUsd - costUsd);
    const how = { model: session.model, folder, keepOut: environment.workspaceFolder, ...limits };
    return resolveStop(
      {
        session,
        environment,
        workTree: folder,
        stop,
        target,
        options: { ...options, budgetUsd, resolve: isClaude ? 'claude' : 'person' },
        paths: asking?.paths,
        advice: asking?.advice,
        ask: (request, inner) => workings.lives.withDoor(id, () => askOnce(environment, { ...request, ...how }, inner)),
        report: (text) => {
          book.changeIfThere(id, { reason: because('resolving', text) });
        },
      },
      signal,
    );
  }
}

function encoded(sides: Readonly<Record<string, Buffer | undefined>>): Record<string, string> {
  const known = Object.entries(sides).map(([name, content]): [string, string | undefined] => [
    name,
    content?.toString('base64'),
  ]);
  return Object.fromEntries(known.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What an engine before this one had staged and not noted when it was killed is in conflict again, and asked for again. */
async function conflictAnew({ files }: LandingStop, { tree, stop }: Place, signal: AbortSignal): Promise<void> {
  const staged = files.filter(({ state, path }) => state === 'open' && !stop.open.includes(path));
  await tree.take(
    'conflict',
    staged.map(({ path }) => path),
    signal,
  );
}

function decided(file: LandingFile, how: Decision): LandingFile {
  const { path, kind, deletedBy } = file;
  const plain = { path, kind, ...(deletedBy === undefined ? {} : { deletedBy }), warnings: [] };
  if (how === 'refuse') return { ...plain, state: 'open' };
  if (how === 'accept' && file.state === 'proposed') return { ...file, state: 'accepted' };
  return { ...plain, state: 'accepted', by: 'person' };
}

/** Why a landing waits at a stop. */
function waiting(stop: LandingStop): Partial<Landing> {
  const count = (state: LandingFile['state']): number => stop.files.filter((file) => file.state === state).length;
  const [open, proposed] = [count('open'), count('proposed')];
  const where = `in "${stop.subject}"`;
  const paused = { stop, state: 'paused', step: 'resolve' } as const;
  if (open > 0) {
    const also = proposed > 0 ? `, and Claude proposes ${plural(proposed, 'resolution')} to look at` : '';
    return {
      ...paused,
      reason: because('conflicts', `Conflicts to resolve ${where}: ${plural(open, 'file')}${also}.`),
    };
  }
  if (proposed > 0)
    return {
      ...paused,
      reason: because(
        'proposals',
        `Claude is not sure of ${plural(proposed, 'resolution')} ${where}: accept or refuse.`,
      ),
    };
  return { ...paused, reason: because('resolved', `All conflicts ${where} are resolved: continue the landing.`) };
}

/** A person has ended the rebase inside, or gone on with it. */
const elsewhere = (): FlotillaError =>
  new FlotillaError(
    'not-in-this-state',
    'The rebase does not stand at this conflict any more: continue the landing, which looks anew.',
  );

const stillMarked = (paths: readonly string[]): FlotillaError =>
  new FlotillaError(
    'conflicts-open',
    `${paths.slice(0, 5).join(', ')} ${paths.length === 1 ? 'still has' : 'still have'} conflict markers: resolve them first.`,
  );

function leftOver(files: readonly LandingFile[]): FlotillaError {
  const names = files.map(({ path }) => path);
  const proposals = files.filter(({ state }) => state === 'proposed').length;
  const what =
    proposals === files.length
      ? `Claude's ${plural(proposals, 'resolution')} must be accepted or refused first`
      : `${plural(files.length, 'file')} must be resolved first`;
  return new FlotillaError(
    'conflicts-open',
    `${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`,
    {
      detail: names.slice(0, 50).join('\n'),
    },
  );
}
