import type { Environment } from '../../runtime/contract.ts';
import { KeptTree } from './keptTree.ts';

/**
 * Undoes what a `resolveStop` left that was broken off, by a kill of the engine for example: files and git's own state are as before it.
 * Harmless when there is nothing. True when something was put back.
 */
export const putBack = (
  environment: Pick<Environment, 'run'>,
  workTree: string,
  signal: AbortSignal,
): Promise<boolean> => new KeptTree(environment, workTree).undo(signal);
