import { z } from 'zod';
import { modeSchema } from '../../protocol/session.ts';
import { attachTerminal } from '../attachTerminal.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { sessionLine } from '../sessionCommand.ts';
import { withEngine } from '../withEngine.ts';

export const resume = defineCommand(
  {
    name: 'resume',
    summary: "go on with a session: its environment starts again, Claude's conversation continues",
    arguments: [sessionArgument],
    options: [
      { flags: '-p, --prompt <text>', description: 'what Claude is to do next', completes: 'none' },
      { flags: '--mode <mode>', description: 'go on in this mode', choices: modeSchema.options },
      { flags: '--attach', description: 'show its terminal (interactive sessions)' },
      jsonOption,
    ],
    examples: [
      ['flotilla resume fix-login --prompt "now the tests"', 'the conversation goes on with this'],
      ['flotilla resume fix-login --mode interactive --attach', "take over in Claude Code's own interface"],
    ],
  },
  z.object({
    session: z.string(),
    prompt: z.string().optional(),
    mode: modeSchema.optional(),
    attach: z.boolean().default(false),
  }),
  async (context, { attach, session, prompt, mode }) => {
    const { output } = context;
    return withEngine(
      context,
      async (engine) => {
        const input = { session, ...(prompt === undefined ? {} : { prompt }), ...(mode === undefined ? {} : { mode }) };
        const answer = await engine.call('session.resume', input);
        if (output.json) output.document(answer);
        else output.line(sessionLine(answer.session));
        return attach ? attachTerminal(context, engine, answer.session) : exitCodes.ok;
      },
      { credentials: true },
    );
  },
);
