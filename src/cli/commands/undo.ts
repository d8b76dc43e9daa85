import { z } from 'zod';
import { landingCommand } from '../landing/landingCommand.ts';
import { landingSchema } from '../landing/landingOptions.ts';

export const undo = landingCommand(
  {
    name: 'undo',
    summary: 'undo a landing: the session and its branch on the remote go back to what they were',
    description: 'What was pushed to a target stays there, unless --revert-target pushes a commit that takes it back.',
    options: [{ flags: '--revert-target', description: 'push a commit to the target that takes the work back' }],
    examples: [
      ['flotilla undo fix-login', 'when only its own branch was pushed'],
      ['flotilla undo fix-login --revert-target', 'when its target was; nobody has to force anything'],
    ],
  },
  landingSchema.pick({ session: true, detach: true }).extend({ revertTarget: z.boolean().default(false) }),
  (engine, { session, revertTarget }) => engine.call('landing.undo', { session, revertTarget }),
);
