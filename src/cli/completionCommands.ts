import { z } from 'zod';
import { type Command, defineCommand } from './command.ts';
import { complete } from './complete.ts';
import { completionScripts, shells } from './completionScripts.ts';
import { exitCodes } from './exitCodes.ts';

/** Prints the script that makes a shell complete our commands. */
export const completionCommand = (): Command =>
  defineCommand(
    {
      name: 'completion',
      summary: 'print the completion script of a shell',
      arguments: [{ name: 'shell', description: 'bash, zsh or fish', choices: shells }],
      options: [],
      examples: [
        ['eval "$(flotilla completion bash)"', 'in ~/.bashrc'],
        ['eval "$(flotilla completion zsh)"', 'in ~/.zshrc, after compinit'],
        ['flotilla completion fish > ~/.config/fish/completions/flotilla.fish', 'once'],
      ],
    },
    z.object({ shell: z.enum(shells) }),
    ({ output }, { shell }) => {
      output.raw(completionScripts[shell]);
      return Promise.resolve(exitCodes.ok);
    },
  );

/** What the completion scripts call: the words of the line so far, the last of them being completed. */
export const completeCommand = (commands: () => readonly Command[]): Command =>
  defineCommand(
    {
      name: '__complete',
      summary: 'print what may stand next',
      arguments: [{ name: 'words...', description: 'the line so far', optional: true }],
      options: [],
      examples: [],
      hidden: true,
    },
    z.object({ 'words...': z.array(z.string()).default([]) }),
    async (context, input) => {
      for (const { value, about } of await complete(context, commands(), input['words...']))
        context.output.line(about === '' ? value : `${value}\t${about}`);
      return exitCodes.ok;
    },
  );
