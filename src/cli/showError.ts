import { cleanText } from './cleanText.ts';
import { errorBodyOf } from './cliError.ts';
import { type ExitCode, exitCodeOf } from './exitCodes.ts';
import { helpWith } from './helpWith.ts';
import type { Output } from './output.ts';

/** The one place that shows errors. With `--json` the error is a document on standard output: `{"error": {code, kind, message, detail?}}`. */
export function showError(output: Output, error: unknown): ExitCode {
  const body = errorBodyOf(error);
  const exitCode = exitCodeOf(body.code);
  if (output.json) output.document({ error: body });
  else if (body.kind !== 'cancelled') showToPerson(output, body);
  return exitCode;
}

function showToPerson(output: Output, { message, detail, code }: ReturnType<typeof errorBodyOf>): void {
  output.hint(`flotilla: ${cleanText(message)}`);
  if (detail !== undefined && detail !== '')
    output.hint(
      cleanText(detail)
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n'),
    );
  const help = helpWith(code);
  if (help !== undefined) output.hint(help);
}
