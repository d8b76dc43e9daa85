import { Argument, Command as Commander, CommanderError, Option } from 'commander';
import { CliError } from './cliError.ts';
import type { Command } from './command.ts';
import { exitCodeMeanings, exitCodes, type ExitCode } from './exitCodes.ts';
import { groupSummaries, variables } from './helpWords.ts';

export interface ProgramOptions {
  readonly commands: readonly Command[];
  readonly version: string;
  readonly width: number;
  readonly write: (text: string) => void;
  readonly run: (command: Command, raw: Readonly<Record<string, unknown>>) => Promise<ExitCode>;
}

/**
 * Reads a command line and runs the command it names. The one door to commander.
 * @throws CliError `invalid-input` when the line is wrong.
 */
export async function runProgram(options: ProgramOptions, args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = base(options);
  for (const command of options.commands)
    describe(parentOf(program, command), command).action(async (...values: unknown[]) => {
      exitCode = await options.run(command, rawOf(command, values));
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code === 'commander.help') return exitCodes.usage;
    const message = error.message
      .replace(/^error: /, '')
      .replace(/\n\(/, ' (')
      .replace(/\.$/, '');
    throw new CliError('invalid-input', `${message}. See flotilla --help.`);
  }
  return exitCode;
}

function base({ version, width, write }: ProgramOptions): Commander {
  return new Commander('flotilla')
    .description('Run many Claude Code sessions side by side, each in a dev container and on a branch of its own.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', () => `\nEnvironment:\n${rows(variables)}\n\nExit codes:\n${rows(exitCodeMeanings)}`);
}

const rows = (pairs: readonly (readonly [string | number, string])[]): string => {
  const width = Math.max(...pairs.map(([left]) => String(left).length));
  return pairs.map(([left, right]) => `  ${String(left).padEnd(width)}  ${right}`).join('\n');
};

/** The program, or the group that a two-word command belongs to. */
function parentOf(program: Commander, { name }: Command): Commander {
  const [group, word] = name.split(' ');
  if (group === undefined || word === undefined) return program;
  const known = program.commands.find((command) => command.name() === group);
  return known ?? program.command(group).description(groupSummaries[group] ?? group);
}

function describe(parent: Commander, command: Command): Commander {
  const made = parent.command(command.name.split(' ').at(-1) ?? command.name, {
    hidden: command.hidden === true,
    isDefault: command.isDefault === true,
  });
  made.summary(command.summary).description(`${command.summary}\n${command.description ?? ''}`.trimEnd());
  for (const { name, description, optional, choices } of command.arguments) {
    const argument = new Argument(optional === true ? `[${name}]` : `<${name}>`, description);
    made.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const { flags, description, choices } of command.options) {
    const option = new Option(flags, description);
    made.addOption(choices === undefined ? option : option.choices(choices));
  }
  addExamples(made, command);
  if (command.hidden === true) made.allowUnknownOption().allowExcessArguments().helpOption(false);
  return made;
}

function addExamples(made: Commander, { examples }: Command): void {
  const text = examples.map(([line, what]) => `  ${line}\n      ${what}`).join('\n');
  if (text !== '') made.addHelpText('after', `\nExamples:\n${text}`);
}

/** Commander hands over the arguments, the options and itself. */
function rawOf(command: Command, values: readonly unknown[]): Record<string, unknown> {
  const given = command.arguments.map(({ name }, index) => [name, values[index]] as const);
  const options = values[command.arguments.length];
  return {
    ...(typeof options === 'object' ? options : {}),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}
