import * as z from 'zod';
import { type OperationInput, operations } from '../../protocol/operations.ts';
import { modeSchema, networkSchema, permissionModeSchema } from '../../protocol/session.ts';

/** What can be remembered, with a value for each. */
export const optionsSchema = z.object({
  mode: modeSchema,
  model: z.string().max(200),
  permissionMode: permissionModeSchema,
  image: z.string().max(500),
  setup: z.string().max(10_000),
  network: networkSchema,
  /** GiB. */
  memory: z.number(),
  cpus: z.number(),
  pids: z.number(),
});
export type Options = z.infer<typeof optionsSchema>;

/** What is remembered of the last session of a repository, where it differed from the settings. */
export const rememberedSchema = optionsSchema.partial();

/** What is chosen for a new session; empty texts stand for what Flotilla chooses itself. */
export interface Choices extends Options {
  readonly repository: string;
  readonly prompt: string;
  readonly base: string;
  readonly name: string;
  readonly branch: string;
  readonly takeUncommitted: boolean;
  readonly certificates: string;
}

const gib = 1024 ** 3;

/** What the engine is asked for. Without a task there is nothing to do alone: the session is interactive. */
export function createInput(choices: Choices): OperationInput<'session.create'> {
  const { repository, prompt, permissionMode, network, takeUncommitted, memory, cpus, pids } = choices;
  const texts = ['base', 'name', 'branch', 'model', 'image', 'setup', 'certificates'] as const;
  const given = texts.flatMap((field) =>
    choices[field].trim() === '' ? [] : [[field, choices[field].trim()] as const],
  );
  return {
    repository,
    prompt,
    mode: prompt.trim() === '' ? 'interactive' : choices.mode,
    permissionMode,
    network,
    takeUncommitted,
    limits: { memory: Math.round(memory * gib), cpus, pids },
    ...Object.fromEntries(given),
  };
}

/** A whole input that another program gave instead of the person's choices. */
export const givenInput = (given: unknown): OperationInput<'session.create'> | undefined =>
  operations['session.create'].input.safeParse(given).data;
