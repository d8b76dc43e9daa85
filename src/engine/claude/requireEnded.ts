import { FlotillaError } from '../base/errors.ts';
import type { RunResult } from '../runtime/contract.ts';

/** Throws `claude-failed` when a script of ours could not end Claude, for want of processes for example. */
export function requireEnded(script: string, { exitCode, stderr }: RunResult): void {
  // Without one Claude has ended with its environment.
  if (exitCode === 0 || exitCode === undefined) return;
  throw new FlotillaError('claude-failed', 'Claude could not be ended in its environment. Try again.', {
    detail: `${script} ended with ${exitCode}: ${stderr.slice(-2000)}`,
  });
}
