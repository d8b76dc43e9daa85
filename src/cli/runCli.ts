import type { Command } from './command.ts';
import { commandTable } from './commandTable.ts';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exitCodes.ts';
import { Output } from './output.ts';
import { runProgram } from './program.ts';
import { showError } from './showError.ts';

export interface Host extends Omit<CliContext, 'output'> {
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean | undefined; readonly columns?: number };
  readonly version: string;
}

/** Runs one command line from beginning to end; never rejects. */
export async function runCli(host: Host, args: readonly string[]): Promise<ExitCode> {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const { stdout: out, stderr: err, env } = host;
  const output = new Output({ out, err, env, json: options.includes('--json') });
  const run = (command: Command, raw: Readonly<Record<string, unknown>>): Promise<ExitCode> =>
    command.run({ ...host, output }, raw);
  try {
    return await runProgram(
      {
        commands: commandTable,
        version: host.version,
        width: output.width,
        write: (text) => {
          output.raw(text);
        },
        run,
      },
      args,
    );
  } catch (error) {
    return showError(output, error);
  }
}
