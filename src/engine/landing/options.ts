import type { Landing, LandingOptions } from '../../protocol/landing.ts';
import type { OperationParsedInput } from '../../protocol/operations.ts';
import type { Verification } from './planning.ts';

const defaults = {
  resolve: 'claude',
  threshold: 0.8,
  budgetUsd: 5,
  lockFiles: true,
  verifyTimeout: 1800 * 1000,
  unverified: false,
  push: 'branch',
} as const satisfies LandingOptions;

type Asked = Partial<OperationParsedInput<'landing.land'>>;

/** What a new landing is told: by whoever asks, by the one before it, by the project. */
export function optionsOf(asked: Asked, before: Landing | undefined, verification: Verification): LandingOptions {
  const { command, timeoutMs } = verification;
  const ofProject = {
    ...(command === undefined ? {} : { verify: command }),
    ...(timeoutMs === undefined ? {} : { verifyTimeout: timeoutMs }),
  };
  return { ...defaults, ...lasting(before), ...ofProject, ...told({ ...asked, verify: undefined }) };
}

/** The options of a landing that goes on, with what is said now laid over them. */
export const optionsWith = (options: LandingOptions, asked: Asked): LandingOptions => ({ ...options, ...told(asked) });

/** A "yes" to what is unverified, and where it goes to, hold for the landing that they were said of. */
function lasting(before: Landing | undefined): Partial<LandingOptions> {
  if (before === undefined) return {};
  const { resolve, threshold, budgetUsd, lockFiles } = before.options;
  return { resolve, threshold, budgetUsd, lockFiles };
}

function told({ verifyTimeout, ...asked }: Asked): Partial<LandingOptions> {
  const { resolve, threshold, budgetUsd, lockFiles, unverified, push, message, verify } = asked;
  const said = { resolve, threshold, budgetUsd, lockFiles, unverified, push, message, verify };
  const milliseconds = verifyTimeout === undefined ? undefined : verifyTimeout * 1000;
  const known = Object.entries({ ...said, verifyTimeout: milliseconds }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}
