import type { LandingFile } from '../../protocol/landing.ts';
import { FlotillaError } from '../base/errors.ts';

/** Throws `not-in-this-state` when there is nothing that Claude could be asked to resolve: of one file, or of all that are open. */
export function requireAskable(files: readonly LandingFile[], path: string | undefined): void {
  const isFor = (file: LandingFile): boolean => (path === undefined ? file.state === 'open' : file.path === path);
  if (files.some((file) => isFor(file) && file.state !== 'accepted')) return;
  const sentence =
    path === undefined
      ? 'No conflicted file is open: accept or refuse what is proposed, or continue.'
      : `${JSON.stringify(path)} is resolved already: refuse its resolution first, and the conflict is back.`;
  throw new FlotillaError('not-in-this-state', sentence);
}
