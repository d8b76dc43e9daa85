import type { Reason } from '../../../protocol/basics.ts';
import { FlotillaError, isCancelled, toErrorBody } from '../../base/errors.ts';
import type { OnceAnswer } from '../../claude/askOnce.ts';
import { oneLine } from '../../claude/oneLine.ts';
import { answerJsonSchema } from './answer.ts';
import { nextPrompt } from './prompt.ts';
import type { ResolveInput } from './resolveStop.ts';
import type { Judge, Judged } from './judge.ts';

/** What became of the files that Claude was given. */
export interface RoundsOutcome {
  /** The last that was found of each file; `undefined` when Claude came to no answer at all. */
  readonly judged: Judged | undefined;
  readonly costUsd: number;
  readonly failure?: Reason | undefined;
}

const mostRounds = 3;
/** With less than this, in US dollars, there is no use in asking. */
const leastBudget = 0.01;

type Asked = { readonly answer: OnceAnswer } | { readonly failure: Reason };

/** Asks Claude, looks at what it did, and asks again with what was found, a few times at most. */
export class Rounds {
  readonly #input: Pick<ResolveInput, 'ask' | 'report' | 'session' | 'options'>;
  readonly #judge: Judge;
  #costUsd = 0;

  constructor(input: Pick<ResolveInput, 'ask' | 'report' | 'session' | 'options'>, judge: Judge) {
    this.#input = input;
    this.#judge = judge;
  }

  async run(firstPrompt: string, signal: AbortSignal): Promise<RoundsOutcome> {
    const { claudeSessionId } = this.#input.session;
    let conversation: Parameters<ResolveInput['ask']>[0]['conversation'] =
      claudeSessionId === undefined ? undefined : { fork: claudeSessionId };
    let prompt = firstPrompt;
    let judged: Judged | undefined;
    for (let round = 1; round <= mostRounds; round += 1) {
      this.#input.report(round === 1 ? 'Claude resolves the conflicts.' : `Claude corrects its resolution (${round}).`);
      const asked = await this.#ask({ prompt, conversation }, signal);
      if ('failure' in asked) return this.#end(await this.#unfinished(judged, asked.failure, signal), asked.failure);
      this.#input.report("Checking Claude's resolution.");
      judged = await this.#judge.judge(asked.answer.structured, signal);
      if (judged.findings.length === 0) break;
      prompt = nextPrompt(judged.findings);
      const { claudeSessionId: own } = asked.answer;
      conversation = own === undefined ? conversation : { resume: own };
    }
    return this.#end(judged);
  }

  /** What was found good before counts only as far as it was not touched since. */
  async #unfinished(judged: Judged | undefined, failure: Reason, signal: AbortSignal): Promise<Judged | undefined> {
    return judged === undefined ? undefined : this.#judge.since(judged, failure.message, signal);
  }

  #end(judged: Judged | undefined, failure?: Reason): RoundsOutcome {
    return { judged, costUsd: this.#costUsd, failure };
  }

  async #ask(
    request: Pick<Parameters<ResolveInput['ask']>[0], 'prompt' | 'conversation'>,
    signal: AbortSignal,
  ): Promise<Asked> {
    const budgetUsd = this.#input.options.budgetUsd - this.#costUsd;
    if (budgetUsd < leastBudget) return { failure: budgetSpent };
    try {
      const answer = await this.#input.ask({ ...request, schema: answerJsonSchema, budgetUsd }, signal);
      this.#costUsd += answer.costUsd;
      return answer.isError ? { failure: failureOf(answer) } : { answer };
    } catch (error) {
      if (signal.aborted || isCancelled(error) || FlotillaError.is(error, 'environment-gone')) throw error;
      const { code, message, detail } = toErrorBody(error);
      return { failure: { code, message, ...(detail === undefined ? {} : { detail }) } };
    }
  }
}

const budgetSpent: Reason = {
  code: 'limit-reached',
  message: "Claude's budget for this landing is spent. Resolve what is open by hand, or give it a larger budget.",
};

function failureOf({ subtype, text }: OnceAnswer): Reason {
  if (subtype === 'error_max_budget_usd') return budgetSpent;
  const why = subtype === 'error_max_turns' ? 'it took too many turns' : oneLine(text || subtype, 300);
  return {
    code: 'claude-failed',
    message: `Claude could not resolve the conflicts: ${why}`,
    detail: text.slice(0, 4000),
  };
}
