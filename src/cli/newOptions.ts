import path from 'node:path';
import { z } from 'zod';
import type { OperationInput } from '../protocol/operations.ts';
import { networkSchema, permissionModeSchema, whenRefusedSchema } from '../protocol/session.ts';
import { CliError } from './cliError.ts';
import type { OptionDefinition } from './command.ts';
import type { CliContext } from './context.ts';
import { readPrompt } from './readPrompt.ts';

/** The options of `flotilla new`. */
export const newOptions: readonly OptionDefinition[] = [
  { flags: '-p, --prompt <text>', description: 'what Claude is to do', completes: 'none' },
  { flags: '--prompt-file <file>', description: 'a file with what Claude is to do', completes: 'file' },
  { flags: '-b, --base <ref>', description: 'branch, tag or commit to start from', completes: 'none' },
  { flags: '--branch <name>', description: "the session's branch (flotilla/<slug>-<id>)", completes: 'none' },
  { flags: '-n, --name <name>', description: 'a short name', completes: 'none' },
  { flags: '-m, --model <model>', description: 'the model that Claude uses', completes: 'none' },
  { flags: '--permission-mode <mode>', description: "Claude's permission mode", choices: permissionModeSchema.options },
  { flags: '-i, --interactive', description: "Claude Code's own interface instead of an autonomous run" },
  { flags: '--image <image>', description: "an image instead of Flotilla's own", completes: 'none' },
  { flags: '--memory <size>', description: 'limit, such as 4g or 512m', completes: 'none' },
  { flags: '--cpus <number>', description: 'limit, such as 2 or 0.5', completes: 'none' },
  { flags: '--pids <number>', description: 'limit of processes and threads', completes: 'none' },
  {
    flags: '--network <network>',
    description: 'bridge, or none for no network at all',
    choices: networkSchema.options,
  },
  { flags: '--setup <command>', description: 'runs once in the filled workspace: "npm ci"', completes: 'none' },
  {
    flags: '--when-refused <what>',
    description: 'while the API goes on refusing (a limit, an outage, a key): wait, or fail',
    choices: whenRefusedSchema.options,
  },
  { flags: '--take-uncommitted', description: "take the folder's uncommitted work along" },
  {
    flags: '--certificates <file>',
    description: 'PEM file that build and container trust as well ($FLOTILLA_CERTIFICATES)',
    completes: 'file',
  },
  { flags: '-d, --detach', description: "don't follow the session" },
  { flags: '--push', description: 'push the branch once the session has completed' },
];

const sizeUnits: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

const memory = z.string().transform((text, context) => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([bkmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (amount !== undefined) return Math.round(Number(amount) * (sizeUnits[unit.toLowerCase()] ?? 1));
  context.addIssue({ code: 'custom', message: 'is a size such as 4g or 512m' });
  return z.NEVER;
});

export const newSchema = z.object({
  repository: z.string().min(1),
  input: z.literal('-').optional(),
  prompt: z.string().optional(),
  promptFile: z.string().optional(),
  base: z.string().optional(),
  branch: z.string().optional(),
  name: z.string().optional(),
  model: z.string().optional(),
  permissionMode: permissionModeSchema.optional(),
  interactive: z.boolean().default(false),
  image: z.string().optional(),
  memory: memory.optional(),
  cpus: z.coerce.number('is a number').optional(),
  pids: z.coerce.number('is a number').optional(),
  network: networkSchema.optional(),
  whenRefused: whenRefusedSchema.optional(),
  setup: z.string().optional(),
  takeUncommitted: z.boolean().default(false),
  certificates: z.string().optional(),
  detach: z.boolean().default(false),
  push: z.boolean().default(false),
});
export type NewOptions = z.output<typeof newSchema>;

/** A URL, or `host:path` as ssh has it; everything else is a folder. */
const isRemote = (repository: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[^/\\.][^/\\]+:(?![/\\])/.test(repository);

/** What the engine is asked for. */
export async function createInput(context: CliContext, options: NewOptions): Promise<OperationInput<'session.create'>> {
  if (options.input !== undefined && options.promptFile !== undefined)
    throw new CliError('invalid-input', 'Name one prompt: --prompt-file or -, not both.');
  const prompt = await readPrompt(context, { text: options.prompt, file: options.input ?? options.promptFile });
  if (prompt === '' && !options.interactive)
    throw new CliError('invalid-input', 'Say what Claude is to do: --prompt, --prompt-file or -. Or --interactive.');
  const { repository } = options;
  return defined({
    repository: isRemote(repository) ? repository : path.resolve(context.cwd, repository),
    prompt,
    name: options.name,
    base: options.base,
    branch: options.branch,
    mode: options.interactive ? 'interactive' : 'autonomous',
    model: options.model,
    permissionMode: options.permissionMode,
    image: options.image,
    setup: options.setup,
    limits: defined({ memory: options.memory, cpus: options.cpus, pids: options.pids }),
    network: options.network,
    whenRefused: options.whenRefused,
    takeUncommitted: options.takeUncommitted,
    certificates: certificatesFile(context, options),
  });
}

function certificatesFile({ cwd, env }: CliContext, { certificates }: NewOptions): string | undefined {
  const file = certificates ?? env['FLOTILLA_CERTIFICATES'];
  return file === undefined || file === '' ? undefined : path.resolve(cwd, file);
}

/** The same without the fields that are `undefined`: JSON has no such value. */
const defined = <T extends object>(value: T): T =>
  // The entries are the value's own.
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
