import { type OperationInput, operations } from '../../protocol/operations.ts';
import type { WhenRefused } from '../../protocol/session.ts';
import type { Options } from './options.ts';

/** What is chosen for a new session; empty texts stand for what Flotilla chooses itself. */
export interface Choices extends Options {
  readonly repository: string;
  readonly prompt: string;
  readonly base: string;
  readonly name: string;
  readonly branch: string;
  readonly takeUncommitted: boolean;
  readonly certificates: string;
  readonly whenRefused: WhenRefused;
}

const gib = 1024 ** 3;

/** What the engine is asked for. Without a task there is nothing to do alone: the session is interactive. */
export function createInput(choices: Choices): OperationInput<'session.create'> {
  const { repository, prompt, permissionMode, network, whenRefused, takeUncommitted, memory, cpus, pids } = choices;
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
    whenRefused,
    takeUncommitted,
    limits: { memory: Math.round(memory * gib), cpus, pids },
    ...Object.fromEntries(given),
  };
}

/** A whole input that another program gave instead of the person's choices. */
export const givenInput = (given: unknown): OperationInput<'session.create'> | undefined =>
  operations['session.create'].input.safeParse(given).data;
