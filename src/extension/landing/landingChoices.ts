import type * as vscode from 'vscode';
import * as z from 'zod';
import { pushModeSchema } from '../../protocol/landing.ts';
import type { OperationInput } from '../../protocol/operations.ts';
import { ids } from '../ids.ts';
import { readSetting } from '../settings.ts';

const choicesSchema = z.object({
  target: z.string().max(1024),
  push: pushModeSchema,
  verify: z.string().max(10_000),
  /** The person said that nothing need be verified. */
  unverified: z.boolean(),
  resolve: z.enum(['claude', 'person']),
});

/** What is chosen for a landing; empty texts stand for what the engine knows best. */
export type LandingChoices = z.infer<typeof choicesSchema>;

type LandingInput = Omit<OperationInput<'landing.land'>, 'session'>;

/** What the settings say of every landing. */
export const landingSettings = (): Pick<
  LandingInput,
  'resolve' | 'threshold' | 'budgetUsd' | 'lockFiles' | 'verifyTimeout'
> => ({
  resolve: readSetting(ids.setting.landingResolve),
  threshold: readSetting(ids.setting.confidenceThreshold),
  budgetUsd: readSetting(ids.setting.landingBudget),
  lockFiles: readSetting(ids.setting.regenerateLockFiles),
  verifyTimeout: readSetting(ids.setting.verifyTimeout),
});

/** What the engine is asked for. */
export const landingInput = ({ target, push, verify, unverified, resolve }: LandingChoices): LandingInput => ({
  ...landingSettings(),
  resolve,
  push,
  unverified,
  ...(target === '' ? {} : { target }),
  ...(verify === '' || unverified ? {} : { verify }),
});

const rememberedSchema = choicesSchema.partial();
const storedSchema = z.array(z.tuple([z.string(), rememberedSchema])).catch([]);
const mostRepositories = 50;

/** What was chosen before, by repository, where it differed from the settings. */
export class LandingMemory {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  first(repository: string): LandingChoices {
    return choicesSchema.parse({ ...fromSettings(), ...this.#stored().find(([known]) => known === repository)?.[1] });
  }

  async remember(repository: string, choices: LandingChoices): Promise<void> {
    const settings: ReadonlyMap<string, unknown> = new Map(Object.entries(fromSettings()));
    // That something goes unverified is said each time.
    const kept = Object.entries({ ...choices, unverified: false });
    const differing = kept.filter(([name, value]) => settings.get(name) !== value);
    const rest = this.#stored().filter(([known]) => known !== repository);
    const all = [[repository, Object.fromEntries(differing)] as const, ...rest].slice(0, mostRepositories);
    await this.#memento.update(ids.memory.landing, all);
  }

  #stored(): z.infer<typeof storedSchema> {
    return storedSchema.parse(this.#memento.get(ids.memory.landing));
  }
}

const fromSettings = (): LandingChoices => ({
  target: readSetting(ids.setting.landingTarget),
  push: readSetting(ids.setting.landingPush),
  verify: readSetting(ids.setting.verifyCommand),
  unverified: false,
  resolve: readSetting(ids.setting.landingResolve),
});
