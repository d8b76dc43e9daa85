import { z } from 'zod';
import type { ChangedFile } from '../../protocol/operations.ts';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { CliError } from '../cliError.ts';
import { exitCodes } from '../exitCodes.ts';
import { fileLines, filesTotal } from '../fileLines.ts';
import type { Output } from '../output.ts';
import { patchText } from '../patchText.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

const fileList = (output: Output, files: readonly ChangedFile[], isNames: boolean): string[] =>
  isNames ? files.map((file) => cleanLine(file.path)) : [...fileLines(output, files), filesTotal(files)];

/** The patch itself is wanted, not only a list of files. */
function isPatch(stat: boolean, nameOnly: boolean): boolean {
  if (stat && nameOnly) throw new CliError('invalid-input', 'Choose one of --stat and --name-only.');
  return !stat && !nameOnly;
}

export const diff = defineCommand(
  {
    name: 'diff',
    summary: "show a session's changes against its base",
    description: 'Includes what is not committed yet, as of the newest checkpoint, unless --branch is given.',
    arguments: [sessionArgument],
    options: [
      { flags: '--stat', description: 'files and changed lines only' },
      { flags: '--name-only', description: 'names of files only' },
      { flags: '--branch', description: 'committed work only' },
      jsonOption,
    ],
    examples: [
      ['flotilla diff fix-login', 'the patch'],
      ['flotilla diff fix-login --branch | git apply', 'take the committed work over into your own tree'],
    ],
  },
  z.object({
    session: z.string(),
    stat: z.boolean().default(false),
    nameOnly: z.boolean().default(false),
    branch: z.boolean().default(false),
  }),
  async (context, { session, stat, nameOnly, branch }) => {
    const { output } = context;
    const input = { session, what: branch ? 'branch' : 'work', patch: isPatch(stat, nameOnly) } as const;
    const answer = await withEngine(context, (engine) => engine.call('session.diff', input));
    if (output.json) output.document(answer);
    else if (input.patch) output.raw(patchText(output, answer.patch ?? '', context.stdout.isTTY === true));
    else for (const line of fileList(output, answer.files, nameOnly)) output.line(line);
    if (answer.truncated) output.hint('The patch was too long and was cut. See it by file with git on the branch.');
    return exitCodes.ok;
  },
);
