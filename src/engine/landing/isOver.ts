import type { Landing } from '../../protocol/landing.ts';
import { FlotillaError } from '../base/errors.ts';

/** Nothing more is done of this landing by itself. */
export const isOver = ({ state }: Landing): boolean => ['landed', 'aborted', 'undone'].includes(state);

/** The answer to whoever wants a landing that is over to go on. */
export const isOverAlready = (): FlotillaError =>
  new FlotillaError('not-in-this-state', 'This landing is over: land the session anew.');

/** The answer to whoever wants another thing meanwhile. */
export const underWay = ({ target, reason }: Landing): FlotillaError =>
  new FlotillaError(
    'landing-under-way',
    `A landing onto ${target.branch} is under way: ${reason.message} Continue it or abort it first.`,
  );
