import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from './cliError.ts';
import type { CliContext } from './context.ts';

/** The longest prompt, in characters; the same limit as the operation's. */
const maxPrompt = 1_000_000;

export interface PromptSource {
  readonly text?: string | undefined;
  /** A file, or `-` for standard input. */
  readonly file?: string | undefined;
}

/** The prompt itself, from the command line, a file or standard input; empty when no source is named. */
export async function readPrompt(context: CliContext, { text, file }: PromptSource): Promise<string> {
  if (text !== undefined && file !== undefined)
    throw new CliError('invalid-input', 'Name one prompt: --prompt, --prompt-file or -, not two of them.');
  const prompt = file === undefined ? (text ?? '') : await fromFile(context, file);
  if (prompt.length > maxPrompt)
    throw new CliError(
      'invalid-input',
      `The prompt is longer than ${maxPrompt} characters. Put it into a file of the repository.`,
    );
  if ((text ?? file) !== undefined && prompt.trim() === '') throw new CliError('invalid-input', 'The prompt is empty.');
  return prompt;
}

async function fromFile({ stdin, cwd }: CliContext, file: string): Promise<string> {
  if (file === '-') return fromInput(stdin);
  try {
    return await readFile(path.resolve(cwd, file), 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new CliError('invalid-input', `The prompt file ${file} can't be read (${reason}).`);
  }
}

async function fromInput(stdin: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk instanceof Uint8Array ? chunk : String(chunk)));
    size += chunks.at(-1)?.length ?? 0;
    if (size > maxPrompt * 4) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
