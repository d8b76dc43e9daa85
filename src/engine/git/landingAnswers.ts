import { parseNames, parseStop, type RebaseStop } from './landingStop.ts';

/** What came of a command. Its output is an environment's: well-formed, but perhaps not true. */
export interface LandingResult {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Why nothing was done. Each is an exit code of media/tools/landing-common.sh. */
export type LandingRefusal =
  /** The workspace's HEAD is another commit than was said. */
  | 'moved-on'
  | 'onto-missing'
  /** A landing is there already. */
  | 'exists'
  /** A process works at it still. */
  | 'running'
  /** The workspace is in the middle of a merge, rebase, bisect …, or its index has conflicts. */
  | 'operation'
  /** There is no landing. */
  | 'none'
  | 'not-stopped'
  /** `paths` are open. */
  | 'unresolved'
  /** `paths` have changed beyond the conflicts. */
  | 'changed'
  | 'partial'
  | 'shallow'
  /** A rebase or a move was cut off: `resume` or `recover` comes first. */
  | 'interrupted'
  /** The index is locked by somebody's git. */
  | 'locked'
  /** Uncommitted files at `paths` are in the way. */
  | 'in-the-way'
  /** Only what is done can be finished. */
  | 'not-done';

export interface Refused {
  readonly state: 'refused';
  readonly reason: LandingRefusal;
  readonly paths: readonly string[];
  /** What the script said, for the log. */
  readonly detail: string;
}
/** Git failed; after a rebase or a move, `state` tells how it stands. */
export interface Failed {
  readonly state: 'failed';
  readonly detail: string;
}
export type RebaseAnswer =
  | { readonly state: 'done'; readonly commit: string }
  | { readonly state: 'stopped'; readonly stop: RebaseStop }
  | Refused
  | Failed;

interface Under {
  readonly head: string;
  readonly onto: string;
  /** `refs/heads/…`; absent when HEAD was detached. */
  readonly branch: string | undefined;
}
export type RebaseState =
  | { readonly state: 'none' }
  /** The move was cut off: `recover` or `abort` is due. */
  | { readonly state: 'moving'; readonly from: string; readonly to: string }
  | (Under & { readonly state: 'running'; readonly number: number; readonly of: number })
  /** It was cut off: `resume` or `abort` is due. */
  | (Under & { readonly state: 'interrupted' })
  | (Under & { readonly state: 'stopped'; readonly stop: RebaseStop })
  /** `moved`: the workspace stands on the result. */
  | (Under & { readonly state: 'done'; readonly commit: string; readonly moved: boolean });
export type MoveAnswer = { readonly state: 'moved'; readonly commit: string } | Refused | Failed;
export type SettledAnswer = { readonly state: 'ok' } | Refused | Failed;
export type FinishAnswer = { readonly state: 'ok'; readonly backup: string | undefined } | Refused | Failed;

const refusals: Readonly<Record<number, LandingRefusal>> = {
  71: 'moved-on',
  72: 'onto-missing',
  73: 'exists',
  74: 'running',
  75: 'operation',
  76: 'none',
  77: 'not-stopped',
  78: 'unresolved',
  79: 'changed',
  80: 'partial',
  81: 'shallow',
  82: 'interrupted',
  83: 'locked',
  84: 'in-the-way',
  85: 'not-done',
};
const maxLines = 120_000;
const id = '([0-9a-f]{40}|[0-9a-f]{64})';

/** Readers of what the commands answer. They throw when a command did not end by itself. */
export const landingAnswers = {
  rebase: (result: LandingResult): RebaseAnswer => refusal(result) ?? rebaseOf(linesOf(result)) ?? lost(result),
  settled: (result: LandingResult): SettledAnswer => refusal(result) ?? { state: 'ok' },
  move: (result: LandingResult): MoveAnswer => {
    const commit = match(linesOf(result), `^moved ${id}$`)?.[1];
    return refusal(result) ?? (commit === undefined ? lost(result) : { state: 'moved', commit });
  },
  finish: (result: LandingResult): FinishAnswer =>
    refusal(result) ?? {
      state: 'ok',
      backup: match(linesOf(result), `^backup ${id} (refs/flotilla/landing/\\S+)$`)?.[2],
    },
  state: (result: LandingResult): RebaseState => {
    if (result.exitCode !== 0) throw new Error(lost(result).detail);
    return stateOf(linesOf(result));
  },
  blob: (result: LandingResult): Buffer | undefined => {
    const refused = refusal(result);
    if (refused?.state === 'failed') throw new Error(refused.detail);
    return refused === undefined ? Buffer.from(result.stdout) : undefined;
  },
};

/** A line of begin, resume or continue while it runs: the commit that is being replayed. */
export function landingProgress(line: string): { number: number; of: number; commit: string } | undefined {
  const [, number, of, commit] = new RegExp(`^commit ([0-9]{1,7}) ([0-9]{1,7}) ${id}$`).exec(line) ?? [];
  return commit === undefined ? undefined : { number: Number(number), of: Number(of), commit };
}

const linesOf = ({ stdout }: LandingResult): string[] => Buffer.from(stdout).toString('utf8').split('\n', maxLines);

function match(lines: readonly string[], pattern: string): RegExpExecArray | undefined {
  const expression = new RegExp(pattern);
  for (const line of lines) {
    const found = expression.exec(line);
    if (found !== null) return found;
  }
  return undefined;
}

function refusal(result: LandingResult): Refused | Failed | undefined {
  const { exitCode, stderr } = result;
  if (exitCode === undefined) throw new Error(lost(result).detail);
  if (exitCode === 0) return undefined;
  const reason = refusals[exitCode];
  if (reason === undefined) return lost(result);
  const lines = linesOf(result);
  const paths = ['open', 'changed', 'way'].flatMap((word) => parseNames(lines, word));
  return { state: 'refused', reason, paths, detail: stderr.slice(-2000) };
}

const lost = ({ exitCode, stderr }: LandingResult): Failed => ({
  state: 'failed',
  detail: `It ended with ${exitCode ?? 'no exit code'}: ${stderr.slice(-4000)}`,
});

function rebaseOf(lines: readonly string[]): RebaseAnswer | undefined {
  const commit = match(lines, `^done ${id}$`)?.[1];
  if (commit !== undefined) return { state: 'done', commit };
  const stop = parseStop(lines);
  return stop === undefined ? undefined : { state: 'stopped', stop };
}

function stateOf(lines: readonly string[]): RebaseState {
  const [, from, to] = match(lines, `^moving ${id} ${id}$`) ?? [];
  if (from !== undefined && to !== undefined) return { state: 'moving', from, to };
  const [, head, onto, branch] = match(lines, `^landing ${id} ${id} (refs/heads/\\S{1,1000})?$`) ?? [];
  return head === undefined || onto === undefined ? { state: 'none' } : standing(lines, { head, onto, branch });
}

function standing(lines: readonly string[], under: Under): RebaseState {
  const [, number, of] = match(lines, '^running ([0-9]{1,7}) ([0-9]{1,7})$') ?? [];
  if (number !== undefined) return { ...under, state: 'running', number: Number(number), of: Number(of) };
  const answer = rebaseOf(lines);
  if (answer?.state === 'stopped') return { ...under, ...answer };
  if (answer?.state === 'done') return { ...under, ...answer, moved: lines.includes('moved') };
  return { ...under, state: 'interrupted' };
}
