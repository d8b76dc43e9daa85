import { z } from 'zod';
import { FlotillaError } from '../base/errors.ts';
import type { RunResult } from '../runtime/contract.ts';

/**
 * What became of one start of Claude. `exited`: it ran and ended; `gone`: it was begun, and whatever saw to it was killed, with its
 * container for example; `none`: it was never begun.
 */
const schema = z.enum(['running', 'exited', 'gone', 'none']);
export type StartState = z.output<typeof schema>;

/** What our scripts print as the state of a start. Throws `environment-gone` when they could not say: then nobody knows. */
export function readStartState({ stdout }: Pick<RunResult, 'stdout'>): StartState {
  const said = schema.safeParse(stdout.toString('utf8').trim().split(' ')[0]);
  if (said.success) return said.data;
  throw new FlotillaError('environment-gone', 'The environment does not say whether Claude runs in it. Try again.');
}
