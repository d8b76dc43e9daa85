import { landingCommand } from '../landing/landingCommand.ts';
import { landingInput, landingOptions, landingSchema } from '../landing/landingOptions.ts';

export const landingPush = landingCommand(
  {
    name: 'landing push',
    summary: 'push what was rebased and verified: the branch of the session, or the target',
    options: landingOptions.push,
    examples: [
      ['flotilla landing push fix-login', "the session's branch, never forced over work of others"],
      ['flotilla landing push fix-login --to target', 'the target, as a fast-forward'],
    ],
  },
  landingSchema.pick({ session: true, to: true, squash: true, message: true, unverified: true, detach: true }),
  (engine, input) => engine.call('landing.push', { session: input.session, ...landingInput(input) }),
);
