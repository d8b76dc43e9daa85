import { z } from 'zod';
import { attachTerminal } from '../attachTerminal.ts';
import { defineCommand } from '../command.ts';
import { sessionArgument } from '../sessionArgument.ts';
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
  async (context, { session }) =>
    withEngine(
      context,
      async (engine) => {
        const found = await engine.call('session.get', { session });
        return attachTerminal(context, engine, found.session);
      },
      { credentials: true },
    ),
);
