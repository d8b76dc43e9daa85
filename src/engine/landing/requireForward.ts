import type { Landing } from '../../protocol/landing.ts';
import { FlotillaError } from '../base/errors.ts';
import { isOver, isOverAlready } from './isOver.ts';

const hasPushed = ({ pushes }: Landing): boolean => pushes.some(({ undone }) => undone !== true);

/** Throws `not-in-this-state` while a landing is on its way back. */
export function requireForward({ step, undo }: Landing): void {
  if (step !== 'undo') return;
  const what = undo?.kind === 'abort' ? 'is being given up: abort it again' : 'is being undone: undo it again';
  throw new FlotillaError('not-in-this-state', `This landing ${what}, or continue.`);
}

/** Throws `not-in-this-state` when giving the landing up would leave something behind that was pushed. */
export function requireAbortable(landing: Landing): void {
  if (hasPushed(landing))
    throw new FlotillaError('not-in-this-state', 'The work was pushed already: undo the landing to take it back.');
  if (isOver(landing)) throw isOverAlready();
  if (landing.undo?.kind === 'undo') requireForward(landing);
}

/** Throws `not-in-this-state` when there is nothing to take back. */
export function requireUndoable(landing: Landing): void {
  if (landing.state === 'aborted' || landing.state === 'undone')
    throw new FlotillaError('not-in-this-state', 'This landing was taken back already.');
  if (landing.undo?.kind === 'abort') requireForward(landing);
  if (landing.undo === undefined && !hasPushed(landing))
    throw new FlotillaError('not-in-this-state', 'Nothing of this landing was pushed: abort it instead.');
}
