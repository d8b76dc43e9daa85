import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { ids } from '../../src/extension/ids.ts';
import type { Session } from '../../src/protocol/session.ts';
import { flotilla, hostEngine, newSession, until } from './engine.ts';

const { fs } = vscode.workspace;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = async (uri: vscode.Uri): Promise<string> => Buffer.from(await fs.readFile(uri)).toString('utf8');
const run = (id: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...given);
const activeInput = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;

/** What VS Code does with a session's files, while Claude and others work on them too. */
describe('session files in editors', function () {
  this.timeout(300_000);
  let client: EngineClient;
  let session: Session;

  const file = (path: string): vscode.Uri =>
    vscode.Uri.from({ scheme: ids.scheme.files, authority: session.id, path: `/${path}` });
  /** Changes a file as if Claude did it. */
  const change = (path: string, content: string) =>
    client.call('file.write', { session: session.id, path, content: base64(content) });

  before(async function () {
    if (process.env['FLOTILLA_HOST_DOCKER'] === undefined) this.skip();
    await flotilla().activate();
    client = await hostEngine();
    session = await newSession(client, 'pear files');
    await run(ids.command.startSession, session.id);
    session = await until(
      async () => (await client.call('session.get', { session: session.id })).session,
      ({ state }) => state === 'completed',
    );
  });
  after(async () => {
    await run('workbench.action.closeAllEditors');
    await client.call('session.remove', { session: session.id, discard: true });
    client.close();
  });

  it('follow what others do to them', async () => {
    const document = await vscode.workspace.openTextDocument(file('fruit/pear.md'));
    await vscode.window.showTextDocument(document);
    await change('fruit/pear.md', '# Pear\n\nClaude was here.\n');
    await until(
      () => document.getText(),
      (shown) => shown.includes('Claude was here.'),
    );
    const editor = vscode.window.activeTextEditor;
    await editor?.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'Mine. ');
    });
    assert.ok(await document.save());
    await change('fruit/pear.md', '# Pear\n\nClaude was here. Again.\n');
    await until(
      () => document.getText(),
      (shown) => shown.includes('Again.'),
    );
  });

  it('are not overwritten when somebody changed them meanwhile', async () => {
    const document = await vscode.workspace.openTextDocument(file('fruit/apple.md'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'mine\n');
    });
    await change('fruit/apple.md', 'theirs, and of another length\n');
    // A save would show its question in the window; what was written by the other one stays until it is answered.
    assert.equal(
      await Promise.race([document.save(), new Promise((done) => setTimeout(() => done(false), 15_000))]),
      false,
    );
    assert.equal(await text(file('fruit/apple.md')), 'theirs, and of another length\n');
    await run('workbench.action.files.revert');
    await until(
      () => document.getText(),
      (shown) => shown === 'theirs, and of another length\n',
    );
    const isEdited = await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'mine\n');
    });
    assert.ok(isEdited, 'the editor took no change');
    assert.ok(await document.save());
    assert.equal(await text(file('fruit/apple.md')), 'mine\ntheirs, and of another length\n');
  });

  it('can be long and hold any bytes', async () => {
    const bytes = Buffer.alloc(5_000_001, Buffer.from([0, 255, 10, 13, 200]));
    await fs.writeFile(file('bytes'), bytes);
    assert.ok(bytes.equals(await fs.readFile(file('bytes'))));
    assert.equal((await fs.stat(file('bytes'))).size, bytes.length);
    await fs.delete(file('bytes'));
  });

  it('refuse what VS Code must know about', async () => {
    await assert.rejects(text(file('no')), { code: 'FileNotFound' });
    await assert.rejects(text(file('fruit')), { code: 'FileIsADirectory' });
    await assert.rejects(Promise.resolve(fs.delete(file('.git'), { recursive: true })), { code: 'NoPermissions' });
    await assert.rejects(Promise.resolve(fs.rename(file('README.md'), file('fruit/apple.md'))), { code: 'FileExists' });
    const stranger = file('README.md').with({ authority: 'zzzzzzzz' });
    await assert.rejects(text(stranger), { code: 'FileNotFound' });
  });

  it('are compared with nothing where they were not, and are no longer', async () => {
    await fs.delete(file('count.sh'));
    // Not awaited: Code answers once it has computed the difference, which it may put off for ever where nobody looks.
    void run(ids.command.openDiff, {
      sessionId: session.id,
      file: { path: 'count.sh', status: 'deleted', added: 0, removed: 3 },
    });
    const gone = await until(
      activeInput,
      (input) => input instanceof vscode.TabInputTextDiff && input.original.path === '/count.sh',
    );
    assert.ok(gone instanceof vscode.TabInputTextDiff);
    assert.match(await text(gone.original), /^#!/);
    assert.equal(await text(gone.modified), '');
    void run(ids.command.openDiff, {
      sessionId: session.id,
      file: { path: 'fruit/pear.md', status: 'added', added: 1, removed: 0 },
    });
    const made = await until(
      activeInput,
      (input) => input instanceof vscode.TabInputTextDiff && input.modified.path === '/fruit/pear.md',
    );
    assert.ok(made instanceof vscode.TabInputTextDiff);
    assert.equal(await text(made.original), '');
    assert.equal(fs.isWritableFileSystem(made.original.scheme), false);
    assert.equal(fs.isWritableFileSystem(made.modified.scheme), true);
  });

  it('are shown as they were at a checkpoint', async () => {
    await client.call('session.diff', { session: session.id, patch: false });
    const { checkpoints } = await client.call('checkpoint.list', { session: session.id });
    const [newest] = checkpoints;
    assert.ok(newest, 'there is no checkpoint');
    await run(ids.command.openChanges, { sessionId: session.id, checkpoint: newest.commit });
    const tab = await until(
      () => vscode.window.tabGroups.activeTabGroup.activeTab,
      (found) => found?.label.includes('at a checkpoint') === true,
    );
    assert.ok(tab);
  });

  it('are attached to with the Dev Containers extension, or by hand where it is missing', async () => {
    const attached: unknown[] = [];
    const name = 'remote-containers.attachToRunningContainer';
    const known = vscode.commands.registerCommand(name, (given: unknown) => attached.push(given));
    try {
      if (vscode.env.remoteName === undefined) return;
      await run(ids.command.attachContainer, session.id, { confirmed: true });
      const { name: container } = await client.call('session.environment', { session: session.id });
      assert.deepEqual(attached, [container]);
    } finally {
      known.dispose();
    }
  });

  it('can be looked at but not changed once the environment is stopped', async () => {
    await client.call('session.resume', { session: session.id }).catch(() => undefined);
    await until(
      async () => (await client.call('session.get', { session: session.id })).session.state,
      (state) => state === 'completed' || state === 'running',
    );
    await client.call('session.cancel', { session: session.id });
    assert.match(await text(file('fruit/pear.md')), /Claude was here/);
    assert.equal((await fs.stat(file('README.md'))).permissions, vscode.FilePermission.Readonly);
    await assert.rejects(Promise.resolve(fs.writeFile(file('README.md'), Buffer.from('x'))), { code: 'NoPermissions' });
  });
});
