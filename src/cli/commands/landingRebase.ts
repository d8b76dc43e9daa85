import { landingCommand } from '../landing/landingCommand.ts';
import { landingInput, landingOptions, landingSchema } from '../landing/landingOptions.ts';

export const landingRebase = landingCommand(
  {
    name: 'landing rebase',
    summary: "rebase a session's branch onto its target; stops at conflicts",
    options: [...landingOptions.rebase, ...landingOptions.verify],
    examples: [
      ['flotilla landing rebase fix-login', 'onto the newest state of its target, in its environment'],
      ['flotilla landing rebase fix-login --onto release', 'onto another branch'],
    ],
  },
  landingSchema.omit({ to: true, squash: true, message: true, unverified: true }),
  (engine, input) => engine.call('landing.rebase', { session: input.session, ...landingInput(input) }),
);
