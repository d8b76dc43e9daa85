import { landingCommand } from '../landing/landingCommand.ts';
import { landingInput, landingOptions, landingSchema } from '../landing/landingOptions.ts';

export const landingContinue = landingCommand(
  {
    name: 'landing continue',
    summary: 'go on with a landing that waits for you',
    options: landingOptions.push,
    examples: [
      ['flotilla landing continue fix-login', 'after conflicts are resolved, or a failed verification is mended'],
      ['flotilla landing continue fix-login --unverified', 'push although nothing was verified'],
    ],
  },
  landingSchema.pick({ session: true, to: true, squash: true, message: true, unverified: true, detach: true }),
  (engine, input) => engine.call('landing.continue', { session: input.session, ...landingInput(input) }),
);
