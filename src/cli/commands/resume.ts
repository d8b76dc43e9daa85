import { z } from 'zod';
import type { Mode } from '../../protocol/session.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { CliError } from '../cliError.ts';
import type { Engine } from '../engineDoor.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { sessionLine } from '../sessionCommand.ts';
import { waitAndAttach } from '../runSession.ts';
import { withEngine } from '../withEngine.ts';

export const resume = defineCommand(
  {
    name: 'resume',
    summary: "go on with a session: its environment starts again, Claude's conversation continues",
    arguments: [sessionArgument],
    options: [
      { flags: '-p, --prompt <text>', description: 'what Claude is to do next', completes: 'none' },
      { flags: '-i, --interactive', description: "go on in Claude Code's own interface, attached to this terminal" },
      { flags: '--autonomous', description: 'go on by itself' },
      { flags: '-d, --detach', description: "don't attach" },
      jsonOption,
    ],
    examples: [
      ['flotilla resume fix-login --prompt "now the tests"', 'the conversation goes on with this'],
      ['flotilla resume fix-login --interactive', 'take over; leave with Ctrl-]'],
    ],
  },
  z.object({
    session: z.string(),
    prompt: z.string().optional(),
    interactive: z.boolean().default(false),
    autonomous: z.boolean().default(false),
    detach: z.boolean().default(false),
  }),
  async (context, { session, prompt, interactive, autonomous, detach }) => {
    const { output } = context;
    if (interactive && autonomous)
      throw new CliError('invalid-input', 'Choose one of --interactive and --autonomous; neither keeps the mode.');
    const mode: Mode | undefined = interactive ? 'interactive' : autonomous ? 'autonomous' : undefined;
    const input = { session, ...(prompt === undefined ? {} : { prompt }), ...(mode === undefined ? {} : { mode }) };
    const work = async (engine: Engine): Promise<ExitCode> => {
      const { seq } = await engine.call('system.info', {});
      const answer = await engine.call('session.resume', input);
      if (output.json) output.document(answer);
      else output.line(sessionLine(answer.session));
      if (!interactive || detach || output.json) return exitCodes.ok;
      return waitAndAttach(context, engine, answer.session, seq);
    };
    return withEngine(context, work, { credentials: true });
  },
);
