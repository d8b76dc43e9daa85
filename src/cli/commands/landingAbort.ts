import { landingCommand } from '../landing/landingCommand.ts';
import { landingSchema } from '../landing/landingOptions.ts';

export const landingAbort = landingCommand(
  {
    name: 'landing abort',
    summary: 'give a landing up: the session is as it was before, and what was pushed stays',
    options: [],
    examples: [['flotilla landing abort fix-login', 'at any point; flotilla undo takes back what was pushed']],
  },
  landingSchema.pick({ session: true, detach: true }),
  (engine, { session }) => engine.call('landing.abort', { session }),
);
