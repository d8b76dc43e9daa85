import path from 'node:path';
import type * as vscode from 'vscode';
import { z } from 'zod';
import { connect } from '../client/connect.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { folders } from '../client/folders.ts';

const manifestSchema = z.object({ version: z.string() });

/** The extension's connection to the engine, made with the first call. A failed one is tried anew with the next. */
export class EngineConnection implements vscode.Disposable {
  readonly #extensionPath: string;
  readonly #version: string;
  readonly #log: vscode.LogOutputChannel;
  #client: Promise<EngineClient> | undefined;
  #isDisposed = false;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#extensionPath = context.extensionPath;
    this.#version = manifestSchema.parse(context.extension.packageJSON).version;
    this.#log = log;
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
      const client = await connect({
        face: 'vscode',
        start: 'if-needed',
        engineEntry: [process.execPath, path.join(this.#extensionPath, 'dist', 'engine.cjs')],
        version: this.#version,
        env: process.env,
      });
      if (this.#isDisposed) client.close();
      this.#log.info(`Connected to engine ${client.hello.version}, process ${client.hello.pid}`);
      return client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }
}
