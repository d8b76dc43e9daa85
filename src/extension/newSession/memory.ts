import type * as vscode from 'vscode';
import * as z from 'zod';
import { ids } from '../ids.ts';
import { readSetting } from '../settings.ts';
import type { Choices } from './choices.ts';
import { type Options, optionsSchema, rememberedSchema } from './options.ts';

const storedSchema = z.array(z.tuple([z.string(), rememberedSchema])).catch([]);
const mostRepositories = 50;

/** What was chosen before, by repository; what the settings say is not stored, so that a changed setting is seen. */
export class ChoiceMemory {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  /** What a new session of a repository begins with. */
  first(repository: string): Choices {
    return {
      ...{ repository, prompt: '', base: '', name: '', branch: '', takeUncommitted: false },
      ...{ certificates: readSetting(ids.setting.certificates), whenRefused: readSetting(ids.setting.whenRefused) },
      ...optionsSchema.parse({ ...fromSettings(), ...this.#stored().find(([known]) => known === repository)?.[1] }),
    };
  }

  async remember(choices: Choices): Promise<void> {
    const settings = Object.entries(fromSettings());
    const own = rememberedSchema.parse(choices);
    const differing = Object.entries(own).filter(
      ([name, value]) => !settings.some(([n, v]) => n === name && v === value),
    );
    const rest = this.#stored().filter(([repository]) => repository !== choices.repository);
    const all = [[choices.repository, Object.fromEntries(differing)] as const, ...rest].slice(0, mostRepositories);
    await this.#memento.update(ids.memory.newSession, all);
  }

  #stored(): z.infer<typeof storedSchema> {
    return storedSchema.parse(this.#memento.get(ids.memory.newSession));
  }
}

const fromSettings = (): Options => ({
  mode: 'autonomous',
  model: readSetting(ids.setting.model),
  permissionMode: readSetting(ids.setting.permissionMode),
  image: readSetting(ids.setting.image),
  setup: readSetting(ids.setting.setup),
  network: readSetting(ids.setting.network),
  memory: readSetting(ids.setting.memory),
  cpus: readSetting(ids.setting.cpus),
  pids: readSetting(ids.setting.pids),
});
