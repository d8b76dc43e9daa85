import { z } from 'zod';
import type { OperationInput } from '../../protocol/operations.ts';
import { CliError } from '../cliError.ts';
import type { OptionDefinition } from '../command.ts';

/** What a landing may be told on the command line, in three groups: how it rebases, how it verifies, and where it pushes. */
export const landingOptions = {
  rebase: [
    { flags: '--onto <branch>', description: 'the branch to land on (the one the session started from)' },
    { flags: '--by-hand', description: 'stop at every conflict that needs judgement, instead of asking Claude' },
    { flags: '--resolve <who>', description: 'who resolves such conflicts', choices: ['claude', 'person'] },
    { flags: '--threshold <0..1>', description: "Claude's resolutions below this confidence wait for you (0.8)" },
    { flags: '--budget <usd>', description: 'what Claude may cost in one landing (5)' },
    { flags: '--lock-files', description: 'have package managers make conflicted lock files anew (the default)' },
    { flags: '--no-lock-files', description: 'leave them to Claude or to you' },
  ],
  verify: [
    { flags: '--verify <command>', description: "runs in the session's environment (.flotilla.yaml of the target)" },
    { flags: '--verify-timeout <s>', description: 'seconds that it may take (1800)' },
  ],
  push: [
    { flags: '--to <where>', description: "the session's branch, or the target itself", choices: ['branch', 'target'] },
    { flags: '--squash', description: 'to the target as one commit' },
    { flags: '--message <text>', description: 'of that commit' },
    { flags: '--unverified', description: 'push although nothing was verified' },
  ],
} as const satisfies Record<string, readonly OptionDefinition[]>;

const number = z.coerce.number('is a number');
const shape = {
  onto: z.string().optional(),
  byHand: z.boolean().default(false),
  resolve: z.enum(['claude', 'person']).optional(),
  threshold: number.min(0).max(1).optional(),
  budget: number.positive().optional(),
  lockFiles: z.boolean().optional(),
  verify: z.string().optional(),
  verifyTimeout: number.int().positive().optional(),
  to: z.enum(['branch', 'target']).optional(),
  squash: z.boolean().default(false),
  message: z.string().optional(),
  unverified: z.boolean().optional(),
  detach: z.boolean().default(false),
};
export const landingSchema = z.object({ session: z.string(), ...shape });
export type LandingChoices = Partial<z.output<typeof landingSchema>>;
type LandingInput = Omit<OperationInput<'landing.land'>, 'session'>;

/** The choices as the operations take them. What is not chosen is left out: then the engine's own default holds, or the landing before. */
export function landingInput(choices: LandingChoices): LandingInput {
  if (choices.byHand === true && choices.resolve === 'claude')
    throw new CliError('invalid-input', 'Choose one of --by-hand and --resolve claude.');
  const input = {
    target: choices.onto,
    resolve: choices.byHand === true ? ('person' as const) : choices.resolve,
    threshold: choices.threshold,
    budgetUsd: choices.budget,
    lockFiles: choices.lockFiles,
    verify: choices.verify,
    verifyTimeout: choices.verifyTimeout,
    push: pushMode(choices),
    message: choices.message,
    unverified: choices.unverified,
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function pushMode({ to, squash }: LandingChoices): 'branch' | 'target' | 'squash' | undefined {
  if (squash !== true) return to;
  if (to === 'branch') throw new CliError('invalid-input', '--squash goes to the target: leave --to branch out.');
  return 'squash';
}
