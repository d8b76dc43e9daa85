import type { Landing, LandingOptions } from '../../protocol/landing.ts';
import type { OperationParsedInput } from '../../protocol/operations.ts';
import type { Verification } from './planning.ts';

/** Milliseconds that a verification may take when nobody says anything else. */
const verifyTimeout = 1800 * 1000;

type Asked = Partial<OperationParsedInput<'landing.land'>>;

/** What a new landing is told: by whoever asks, by the one before it, by the project. */
export function optionsOf(asked: Asked, before: Landing | undefined, verification: Verification): LandingOptions {
  const old = before?.options;
  const verify = verification.command;
  const options: LandingOptions = {
    resolve: asked.resolve ?? old?.resolve ?? 'claude',
    threshold: asked.threshold ?? old?.threshold ?? 0.8,
    budgetUsd: asked.budgetUsd ?? old?.budgetUsd ?? 5,
    lockFiles: asked.lockFiles ?? old?.lockFiles ?? true,
    verifyTimeout: secondsToMs(asked.verifyTimeout) ?? verification.timeoutMs ?? verifyTimeout,
    // A "yes" to what is unverified holds for the landing that it was said of.
    unverified: asked.unverified ?? false,
    push: asked.push ?? 'branch',
  };
  return {
    ...options,
    ...(verify === undefined ? {} : { verify }),
    ...(asked.message === undefined ? {} : { message: asked.message }),
  };
}

/** The options of a landing that goes on, with what is said now laid over them. */
export function optionsWith(options: LandingOptions, asked: Asked): LandingOptions {
  const { push, unverified, message, verify } = asked;
  const seconds = secondsToMs(asked.verifyTimeout);
  return {
    ...options,
    ...(push === undefined ? {} : { push }),
    ...(unverified === undefined ? {} : { unverified }),
    ...(message === undefined ? {} : { message }),
    ...(verify === undefined ? {} : { verify }),
    ...(seconds === undefined ? {} : { verifyTimeout: seconds }),
  };
}

const secondsToMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000;
