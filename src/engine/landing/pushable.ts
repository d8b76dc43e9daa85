import type { Landing } from '../../protocol/landing.ts';

export const isVerified = ({ verify, result }: Landing): boolean =>
  verify?.outcome === 'passed' && verify.commit === result;

/** A yes that was said before anything was verified is none to what has failed since. */
export const maySkip = (
  { verify, options }: Landing,
  { unverified }: { readonly unverified?: boolean | undefined },
): boolean => unverified ?? (verify === undefined && options.unverified);

/** Where a landing that waits goes on. */
export function nextStep(landing: Landing, unverified: boolean): Landing['step'] {
  if (!landing.moved) return landing.step;
  return isVerified(landing) || unverified ? 'push' : 'verify';
}
