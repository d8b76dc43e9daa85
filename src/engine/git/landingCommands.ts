import { inside, type InsideCommand } from './inside.ts';
import {
  type FinishAnswer,
  landingAnswers,
  type LandingResult,
  type MoveAnswer,
  type RebaseAnswer,
  type RebaseState,
  type SettledAnswer,
} from './landingAnswers.ts';
import { quotedPath } from './pathName.ts';

/** A command for an environment, and the reader of what it answers. */
export interface LandingCommand<Answer> {
  readonly command: InsideCommand;
  /** For its standard input; nothing when absent. */
  readonly input?: string | undefined;
  /** Throws when the command did not end by itself. */
  readonly parse: (result: LandingResult) => Answer;
}

/**
 * How a conflicted path is settled. `ours` (the target's), `theirs` (the session's): that version, or its absence. `keep`: as it is on disk
 * in the landing's work tree. `conflict`: the conflict is put back. `stop` is for other files: as they were at the stop.
 */
export type TakeHow = 'ours' | 'theirs' | 'keep' | 'delete' | 'conflict' | 'stop';

interface Place {
  /** Absolute folder inside. */
  readonly workspace: string;
  readonly tools?: string | undefined;
}

interface Ends {
  /** What the workspace must have checked out. */
  readonly head: string;
  /** A commit that the workspace's repository can see. */
  readonly onto: string;
  /** An ancestor of the head: everything since then is moved, also what `onto` seems to have already. */
  readonly since?: string | undefined;
}

/**
 * The rebase of a workspace's commits inside its environment (media/tools/landing.sh): in a work tree of its own, so that the workspace stays
 * as it is until `move`. All state is on disk there, so any of these may be cut off at any moment: `state` tells how it stands.
 */
export const landingCommands = {
  begin: ({ head, onto, since, ...place }: Place & Ends) =>
    rebase(place, ['begin', head, onto, ...(since === undefined ? [] : [since])]),
  /** After `interrupted`: goes on behind the last stop that was resolved. */
  resume: (place: Place) => rebase(place, ['resume']),
  /** After `stopped`. `extra`: what to do with files that were changed beyond the conflicts. */
  continue: ({ extra = 'refuse', ...place }: Place & { readonly extra?: 'refuse' | 'keep' | undefined }) =>
    rebase(place, ['continue', extra]),
  state: (place: Place): LandingCommand<RebaseState> => ({
    command: command(place, 'landing', ['state']),
    parse: landingAnswers.state,
  }),
  /** Writes the whole tree into the landing's folder, which holds only what conflicts otherwise. */
  fill: (place: Place) => settled(place, ['fill']),
  take: ({ how, paths, ...place }: Place & { readonly how: TakeHow; readonly paths: readonly string[] }) => ({
    ...settled(place, ['take', how]),
    // No file has such a name, and git would take what stands before it.
    input: paths
      .filter((path) => !path.includes('\0'))
      .map((path) => `${quotedPath(path)}\n`)
      .join(''),
  }),
  /** The content of a stage; `undefined` when it is no file or has more bytes than `most`. */
  blob: ({ object, most, ...place }: Place & { readonly object: string; readonly most: number }) => ({
    command: command(place, 'landing', ['blob', object, String(most)]),
    parse: landingAnswers.blob,
  }),
  /** Whatever the state: the workspace is as before `begin`. A move that was cut off is taken back, one that ended is not. */
  abort: (place: Place) => settled(place, ['abort']),
  /** Moves the workspace's own tree, index and branch. Uncommitted work that is not in the way stays. Undo goes from `to` to `from`. */
  move: ({ from, to, ...place }: Place & { readonly from: string; readonly to: string }) =>
    moving(place, ['move', from, to]),
  /** Ends a move that was cut off. */
  recover: (place: Place) => moving(place, ['recover']),
  /** Removes what a landing needed; its starting point stays as the ref that is answered (the last 20 are kept). */
  finish: (place: Place): LandingCommand<FinishAnswer> => ({
    command: command(place, 'landing', ['finish']),
    parse: landingAnswers.finish,
  }),
} as const;

/** Where the rebase happens: beside the workspace, on the same volume. */
export function landingFolder(workspace: string): string {
  const end = workspace.lastIndexOf('/');
  return `${workspace.slice(0, end)}/.flotilla-landing/${workspace.slice(end + 1)}`;
}

const command = (
  { workspace, tools = inside.tools }: Place,
  script: 'landing' | 'landing-move',
  args: readonly string[],
): InsideCommand => ['sh', `${tools}/${script}.sh`, workspace, ...args];

const rebase = (place: Place, args: readonly string[]): LandingCommand<RebaseAnswer> => ({
  command: command(place, 'landing', args),
  parse: landingAnswers.rebase,
});
const settled = (place: Place, args: readonly string[]): LandingCommand<SettledAnswer> => ({
  command: command(place, 'landing', args),
  parse: landingAnswers.settled,
});
const moving = (place: Place, args: readonly string[]): LandingCommand<MoveAnswer> => ({
  command: command(place, 'landing-move', args),
  parse: landingAnswers.move,
});
