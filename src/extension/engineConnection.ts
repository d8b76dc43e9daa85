import path from 'node:path';
import type * as vscode from 'vscode';
import * as z from 'zod';
import type { EngineClient } from '../client/engineClient.ts';
import { folders } from '../client/folders.ts';
import type { CredentialStore } from './credentials.ts';

const manifestSchema = z.object({ version: z.string() });

/**
 * The extension's connection to the engine, made with the first call. A failed one is tried anew with the next. Whichever engine it
 * finds is handed the credentials first.
 */
export class EngineConnection implements vscode.Disposable {
  readonly #extensionPath: string;
  /** The extension's own. */
  readonly version: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #credentials: CredentialStore;
  #client: Promise<EngineClient> | undefined;
  #isDisposed = false;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, credentials: CredentialStore) {
    this.#extensionPath = context.extensionPath;
    this.version = manifestSchema.parse(context.extension.packageJSON).version;
    this.#log = log;
    this.#credentials = credentials;
  }

  /** Where the engine writes its log, whether it runs or not. */
  get logFile(): string {
    return path.join(folders(process.env).log, 'engine.log');
  }

  /** The engine's client; starts an engine when there is none. Rejects with `EngineError`. */
  client(): Promise<EngineClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#client?.then(
      (client) => {
        client.close();
      },
      () => undefined,
    );
  }

  async #connect(): Promise<EngineClient> {
    try {
      // Read only now: not every window needs an engine, and none before it is up.
      const { connect } = await import('../client/connect.ts');
      const client = await connect({
        face: 'vscode',
        start: 'if-needed',
        engineEntry: [process.execPath, path.join(this.#extensionPath, 'dist', 'engine.cjs')],
        version: this.version,
        env: process.env,
        onEngine: (found) => this.#introduce(found),
      });
      if (this.#isDisposed) client.close();
      return client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  /** A credential that can't be read does not keep the person from seeing the sessions. */
  async #introduce(client: EngineClient): Promise<void> {
    this.#log.info(`Connected to engine ${client.hello.version}, process ${client.hello.pid}`);
    try {
      const credentials = await this.#credentials.read();
      if (credentials !== undefined) await client.call('credentials.set', credentials);
    } catch (error) {
      this.#log.warn('The credentials were not handed over:', error instanceof Error ? error.message : String(error));
    }
  }
}
