import type { Landing } from '../../protocol/landing.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';

interface Failed {
  readonly verify: NonNullable<Landing['verify']>;
  readonly target: string;
  /** The end of what the verification wrote. */
  readonly output: string;
  /** What the person adds; empty for nothing. */
  readonly advice: string;
}

/** Characters of output that Claude is told: its end says most. */
const longestOutput = 20_000;

/** What Claude is told of a verification that failed. */
export function verifyMessage({ verify, target, output, advice }: Failed): string {
  const how = verify.outcome === 'timed-out' ? 'took too long' : `failed${exitOf(verify)}`;
  const text = plainOutput(output).trim();
  const shown = text.length > longestOutput ? `…${text.slice(-longestOutput)}` : text;
  const parts = [
    `Your work was rebased onto ${target}, and its verification ${how}: ${verify.command}`,
    'Find out why, mend it, run the command again until it succeeds, and commit.',
    advice.trim(),
    shown === '' ? '' : `The end of what it wrote:\n\n${shown}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const exitOf = ({ exitCode }: Failed['verify']): string =>
  exitCode === undefined ? '' : ` with exit code ${exitCode}`;
