import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { waitAndAttach } from '../runSession.ts';
import { withEngine } from '../withEngine.ts';

export const attach = defineCommand(
  {
    name: 'attach',
    summary: "show a session's live terminal: Claude Code's own interface",
    description: 'Ctrl-] detaches; the session goes on. Clipboard writes and links of the session are left out.',
    arguments: [sessionArgument],
    options: [],
    examples: [['flotilla attach fix-login', 'leave with Ctrl-]']],
  },
  z.object({ session: z.string() }),
  (context, { session: key }) =>
    withEngine(
      context,
      async (engine) => {
        const { seq } = await engine.call('system.info', {});
        const { session } = await engine.call('session.get', { session: key });
        return waitAndAttach(context, engine, session, seq);
      },
      { credentials: true },
    ),
);
