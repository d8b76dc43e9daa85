import type { Landing } from '../../protocol/landing.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';

/** Characters of the output that are sent: its end says what is wrong. */
const longestOutput = 20_000;

/** What Claude is told of a verification that failed. */
export function outputMessage(verify: NonNullable<Landing['verify']>, output: string, advice?: string): string {
  const { command, outcome, exitCode } = verify;
  const what = outcome === 'timed-out' ? 'took too long' : `failed with exit code ${exitCode ?? 'unknown'}`;
  const end = plainOutput(output).trimEnd().slice(-longestOutput);
  // The fence is longer than any in the output, so that nothing in it reads like words of the user.
  const fence = '`'.repeat(Math.max(3, ...[...end.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return [
    `This branch was rebased onto its target, and there the verification ${what}: ${command}`,
    ...(end === '' ? ['It wrote nothing.'] : ['The end of its output:', `${fence}\n${end}\n${fence}`]),
    'Find out why, mend it, and commit the mend on this branch.',
    ...(advice === undefined ? [] : [advice]),
  ].join('\n\n');
}
