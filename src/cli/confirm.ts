import { createInterface } from 'node:readline/promises';
import { cleanLine } from './cleanText.ts';
import { CliError } from './cliError.ts';
import type { CliContext } from './context.ts';

/**
 * Asks on the terminal; only "y" and "yes" are a yes.
 * @throws CliError `invalid-input` when nobody is there to ask; it names the option that answers in advance.
 */
export async function confirm(context: CliContext, question: string, option: string): Promise<boolean> {
  const { stdin, output } = context;
  if (stdin.isTTY !== true || output.json)
    throw new CliError('invalid-input', `${cleanLine(question)} Nobody is there to ask: say ${option} to go on.`);
  const lines = createInterface({ input: stdin });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    output.live(`${cleanLine(question)} [y/N] `);
    const answer = await lines.question('', { signal: ended.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
