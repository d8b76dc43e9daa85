import type { Reason } from '../../../protocol/basics.ts';
import type { LandingFile, LandingOptions } from '../../../protocol/landing.ts';
import type { Session } from '../../../protocol/session.ts';
import type { OnceAnswer } from '../../claude/askOnce.ts';
import type { OnceOptions } from '../../claude/onceCommand.ts';
import type { Environment } from '../../runtime/contract.ts';
import { KeptTree } from './keptTree.ts';
import { Resolving } from './resolving.ts';

/** Asks Claude once, in the landing's work tree, with the session's way to the API. */
export type Ask = (
  request: Pick<OnceOptions, 'prompt' | 'conversation' | 'schema' | 'budgetUsd'>,
  signal: AbortSignal,
) => Promise<OnceAnswer>;

export interface ResolveInput {
  readonly session: Pick<Session, 'prompt' | 'claudeSessionId' | 'branch'>;
  readonly environment: Pick<Environment, 'run'>;
  /** The landing's work tree, with the whole project on disk. */
  readonly workTree: string;
  readonly stop: { readonly commit: string; readonly subject: string; readonly files: readonly LandingFile[] };
  readonly target: { readonly branch: string; readonly commit: string };
  /** `budgetUsd`: what is left of it. `resolve: 'person'`: nobody is asked, only rules and package managers do something. */
  readonly options: Pick<LandingOptions, 'resolve' | 'threshold' | 'budgetUsd' | 'lockFiles'>;
  /** Which of the files; all that are open when absent. */
  readonly paths?: readonly string[] | undefined;
  /** What the user tells Claude beside all that. */
  readonly advice?: string | undefined;
  readonly ask: Ask;
  /** Hears one sentence at a time of what is going on. */
  readonly report: (text: string) => void;
}

export interface ResolveOutcome {
  /** All files of the stop, in their order. */
  readonly files: LandingFile[];
  /** What Claude had to change beyond the conflicts, and said why: changed, new or deleted. */
  readonly alsoChanged: { readonly path: string; readonly why: string }[];
  readonly costUsd: number;
  /** Why Claude could not do its part. */
  readonly failure?: Reason | undefined;
}

/** For putting things back after a cancellation, in milliseconds. */
const undoWithin = 60_000;

/**
 * Resolves the conflicts of a stop as far as that goes without a person. Nothing is staged: what is accepted or proposed stands in the work
 * tree, and what is open stands there as it did before. Rejects with `cancelled`, `environment-gone` or `git-failed`; then everything is as
 * before, unless the environment went, where `putBack` does it later.
 */
export async function resolveStop(input: ResolveInput, signal: AbortSignal): Promise<ResolveOutcome> {
  const kept = new KeptTree(input.environment, input.workTree);
  const { tree, conflicts } = await kept.save(signal);
  try {
    const outcome = await new Resolving(input, kept, conflicts).run(tree, signal);
    await kept.forget(signal);
    return outcome;
  } catch (error) {
    await kept.undo(AbortSignal.timeout(undoWithin)).catch(() => undefined);
    throw error;
  }
}
