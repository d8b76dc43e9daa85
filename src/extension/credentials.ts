import type * as vscode from 'vscode';
import { readCredentials } from '../client/credentials.ts';
import { folders } from '../client/folders.ts';
import { type Credential, type CredentialsInput, credentialSchema } from '../protocol/operations.ts';
import { ids } from './ids.ts';
import { readSetting } from './settings.ts';

/** Stands in the place of a credential that the user has removed. */
const removed = 'removed';

/**
 * The user's credential: in VS Code's secret storage, else where the command line looks (Claude Code's variables, Flotilla's own file).
 * Nothing of it is ever logged.
 */
export class CredentialStore {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /** What to hand to the engine; `undefined` when there is nothing. Rejects with `config-invalid` for an unusable environment or file. */
  async read(): Promise<CredentialsInput | undefined> {
    if ((await this.#secrets.get(ids.secret.credential)) === removed) return undefined;
    const stored = await this.#stored();
    const upstream = readSetting(ids.setting.baseUrl) || process.env['ANTHROPIC_BASE_URL'];
    if (stored !== undefined) return { credential: stored, ...(upstream ? { upstream } : {}) };
    const found = await readCredentials(process.env, folders(process.env).config);
    const own = readSetting(ids.setting.baseUrl);
    return found === undefined || own === '' ? found : { ...found, upstream: own };
  }

  async save({ kind, value }: Credential): Promise<void> {
    await this.#secrets.store(ids.secret.credential, `${kind}:${value}`);
  }

  /** From now on there is none, also where the environment has one, until another one is saved. */
  async remove(): Promise<void> {
    await this.#secrets.store(ids.secret.credential, removed);
  }

  /** Tells when another window has changed the credential, or this one. */
  onChange(changed: () => void): vscode.Disposable {
    return this.#secrets.onDidChange(({ key }) => {
      if (key === ids.secret.credential) changed();
    });
  }

  async #stored(): Promise<Credential | undefined> {
    const [, kind, value] = /^([a-z-]+):(.+)$/s.exec((await this.#secrets.get(ids.secret.credential)) ?? '') ?? [];
    return credentialSchema.safeParse({ kind, value }).data;
  }
}
