import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { longestWrite } from '../protocol/fileOperations.ts';
import { CliError } from './cliError.ts';
import type { CliContext } from './context.ts';

/** The content of a file of the user's, or of standard input for `-`; as much as a session's file may have. */
export async function readBytes({ stdin, cwd }: CliContext, file: string): Promise<Uint8Array> {
  const content = await (file === '-' ? fromInput(stdin) : fromFile(path.resolve(cwd, file)));
  if (content.length > longestWrite) throw new CliError('invalid-input', `${file} is longer than 64 MiB.`);
  return content;
}

async function fromFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new CliError('invalid-input', `${file} can't be read (${reason}).`);
  }
}

async function fromInput(stdin: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk instanceof Uint8Array ? chunk : String(chunk)));
    size += chunks.at(-1)?.length ?? 0;
    if (size > longestWrite) break;
  }
  return Buffer.concat(chunks);
}
