import { CliError } from '../cliError.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { createInput, newOptions, newSchema } from '../newOptions.ts';
import { runSession } from '../runSession.ts';
import { sessionLine } from '../sessionCommand.ts';
import { withEngine } from '../withEngine.ts';

/** `new` is a word of the language, so the constant has another name than the file. */
export const newSession = defineCommand(
  {
    name: 'new',
    summary: 'make a session and follow it: a branch of a repository, with a task for Claude',
    description:
      'Ctrl-C cancels the session while it starts; once Claude works it only stops following, and the session goes on.',
    arguments: [
      { name: 'repository', description: 'a folder or a URL', completes: 'folder' },
      { name: 'input', description: '- reads the prompt from standard input', optional: true, choices: ['-'] },
    ],
    options: [...newOptions, jsonOption],
    examples: [
      ['flotilla new . --prompt "fix the login test"', 'an autonomous session on the repository of this folder'],
      ['flotilla new . --interactive', "Claude Code's own interface in a container, attached to this terminal"],
      [
        'flotilla new git@example.com:shop.git --base release --prompt-file task.md --push',
        'pushes its branch when done',
      ],
      ['flotilla new . - --detach --json < task.md', 'for scripts: prints the session and returns'],
    ],
  },
  newSchema,
  async (context, options) => {
    const { output } = context;
    if (options.push && (options.detach || options.interactive))
      throw new CliError(
        'invalid-input',
        '--push needs a session that is followed to its end. Use flotilla push later.',
      );
    const input = await createInput(context, options);
    return withEngine(
      context,
      async (engine) => {
        const { seq } = await engine.call('system.info', {});
        const { session } = await engine.call('session.create', input);
        if (!options.detach) return runSession(context, engine, { session, after: seq, options });
        if (output.json) output.document({ session });
        else output.line(sessionLine(session));
        return exitCodes.ok;
      },
      { credentials: true },
    );
  },
);
