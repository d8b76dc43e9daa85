import type { z } from 'zod';
import type { CliContext } from './context.ts';
import { CliError } from './cliError.ts';
import type { ExitCode } from './exitCodes.ts';

/** What a shell offers for a value. */
export type Completes = 'session' | 'orphan' | 'file' | 'folder' | 'none';

export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly optional?: true | undefined;
  readonly completes?: Completes | undefined;
  readonly choices?: readonly string[] | undefined;
}

export interface OptionDefinition {
  /** As commander writes it: `-f, --follow`, `--base <ref>`. */
  readonly flags: string;
  readonly description: string;
  readonly completes?: Completes | undefined;
  readonly choices?: readonly string[] | undefined;
}

export interface CommandWords {
  /** One word, or two for a command of a group: `engine start`. */
  readonly name: string;
  readonly summary: string;
  /** More for `--help`. */
  readonly description?: string | undefined;
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** The group's name alone means this command. */
  readonly isDefault?: true | undefined;
  /** Not shown in `--help`. */
  readonly hidden?: true | undefined;
}

export interface Command extends CommandWords {
  run(context: CliContext, raw: Readonly<Record<string, unknown>>): Promise<ExitCode>;
}

/** A command with its words as data, its input checked by a schema, and what it does. */
export function defineCommand<S extends z.ZodType>(
  words: CommandWords,
  schema: S,
  run: (context: CliContext, input: z.output<S>) => Promise<ExitCode>,
): Command {
  return {
    ...words,
    run: (context, raw) => {
      const parsed = schema.safeParse(raw);
      if (parsed.success) return run(context, parsed.data);
      const [issue] = parsed.error.issues;
      const where = issue?.path.join('.') ?? '';
      throw new CliError(
        'invalid-input',
        `${where}: ${issue?.message ?? 'is wrong'}. See flotilla ${words.name} --help.`,
      );
    },
  };
}

export const jsonOption: OptionDefinition = { flags: '--json', description: 'print JSON' };
