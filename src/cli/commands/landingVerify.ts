import { landingCommand } from '../landing/landingCommand.ts';
import { landingInput, landingOptions, landingSchema } from '../landing/landingOptions.ts';

export const landingVerify = landingCommand(
  {
    name: 'landing verify',
    summary: "run the project's verification in the session's environment",
    options: landingOptions.verify,
    examples: [
      ['flotilla landing verify fix-login', 'with the command of .flotilla.yaml, or the one used before'],
      ['flotilla landing verify fix-login --verify "npm test"', 'with this one; exit code 1 when it fails'],
    ],
  },
  landingSchema.pick({ session: true, verify: true, verifyTimeout: true, detach: true }),
  (engine, input) => engine.call('landing.verify', { session: input.session, ...landingInput(input) }),
);
