import assert from 'node:assert/strict';
import path from 'node:path';
import { inspect } from 'node:util';
import * as vscode from 'vscode';
import { z } from 'zod';
import { connect } from '../../src/client/connect.ts';
import type { EngineClient } from '../../src/client/engineClient.ts';
import type { Session } from '../../src/protocol/session.ts';

const manifestSchema = z.looseObject({ version: z.string() });
const manifest = (): unknown => flotilla().packageJSON;

/** The extension under test. */
export function flotilla(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('flotilla.flotilla');
  assert.ok(found, 'the extension is not installed');
  return found;
}

/** A face beside the extension, on the same engine. Close it. */
export function hostEngine(): Promise<EngineClient> {
  return connect({
    face: 'cli',
    start: 'if-needed',
    engineEntry: [process.execPath, path.join(flotilla().extensionPath, 'dist/engine.cjs')],
    version: manifestSchema.parse(manifest()).version,
    env: process.env,
  });
}

/** Waits until something is as wished; rejects with what it was instead. */
export async function until<T>(look: () => T | Promise<T>, wish: (seen: T) => boolean, ms = 120_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (wish(seen)) return seen;
    if (Date.now() > end) assert.fail(`it stayed ${inspect(seen).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until the active editor shows a file whose path ends so, with a text that fits; gives its document. */
export async function shows(end: string, text: RegExp): Promise<vscode.TextDocument> {
  const document = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;
  await until(
    () => [document()?.uri.path, document()?.getText()],
    ([path = '', shown = '']) => path.endsWith(end) && text.test(shown),
  );
  const found = document();
  assert.ok(found, 'no editor is active');
  return found;
}

/** The folder that the window has open: a repository. */
export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

/** Makes a session of the open folder that is not started. */
export async function newSession(client: EngineClient, name: string): Promise<Session> {
  const certificates = process.env['FLOTILLA_HOST_CERTIFICATES'];
  const { session } = await client.call('session.create', {
    repository: workspaceFolder(),
    name,
    prompt: 'describe the pear',
    start: false,
    ...(certificates === undefined ? {} : { certificates }),
  });
  return session;
}
