import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { ids } from '../../src/extension/ids.ts';
import type { Session, SessionState } from '../../src/protocol/session.ts';
import { flotilla, hostEngine, newSession, until } from './engine.ts';

const run = (id: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...given);
const text = async (uri: vscode.Uri): Promise<string> =>
  Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
const activeTab = (): vscode.Tab | undefined => vscode.window.tabGroups.activeTabGroup.activeTab;

/** The commands for a session that has an environment. Real Docker, the real Claude Code, a scripted model. */
describe('the commands for sessions, in a container', function () {
  this.timeout(300_000);
  let client: EngineClient;
  let session: Session;

  const inState = (state: SessionState): Promise<Session> =>
    until(
      async () => (await client.call('session.get', { session: session.id })).session,
      (found) => found.state === state,
    );
  const file = (path: string): vscode.Uri =>
    vscode.Uri.from({ scheme: ids.scheme.files, authority: session.id, path: `/${path}` });

  before(async function () {
    if (process.env['FLOTILLA_HOST_DOCKER'] === undefined) this.skip();
    await flotilla().activate();
    client = await hostEngine();
    session = await newSession(client, 'pear');
    await run(ids.command.startSession, session.id);
    session = await inState('completed');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    client.close();
  });

  it('reads and lists the files of a session', async () => {
    assert.equal(await text(file('fruit/pear.md')), '# Pear\n');
    const names = (await vscode.workspace.fs.readDirectory(file('fruit'))).map(([name]) => name).sort();
    assert.deepEqual(names, ['apple.md', 'pear.md']);
  });

  it('saves a file of a session from an ordinary editor', async () => {
    await run(ids.command.openFile, { sessionId: session.id, path: 'fruit/pear.md' });
    const editor = await until(
      () => vscode.window.activeTextEditor,
      (found) => found?.document.uri.path === '/fruit/pear.md',
    );
    assert.ok(editor);
    const isEdited = await editor.edit((edit) => {
      edit.insert(new vscode.Position(1, 0), 'Grows on trees.\n');
    });
    assert.ok(isEdited, 'the editor took no change');
    const isSaved = await editor.document.save();
    const found = [editor.document, await vscode.workspace.fs.stat(file('fruit/pear.md'))];
    assert.ok(isSaved, `not saved: ${inspect(found)}; on disk: ${await text(file('fruit/pear.md'))}`);
    assert.equal(await text(file('fruit/pear.md')), '# Pear\nGrows on trees.\n');
  });

  it('makes, renames and deletes files, and says precisely what is missing', async () => {
    const { fs } = vscode.workspace;
    await fs.createDirectory(file('new folder ü'));
    await fs.writeFile(file('new folder ü/a b.txt'), Buffer.from('x'));
    await fs.rename(file('new folder ü/a b.txt'), file('c.txt'));
    assert.equal(await text(file('c.txt')), 'x');
    await fs.delete(file('c.txt'));
    await assert.rejects(text(file('c.txt')), { code: 'FileNotFound' });
    await assert.rejects(text(file('../../etc/passwd')));
  });

  it('shows one changed file against the base', async () => {
    const change = { path: 'README.md', status: 'modified', added: 2, removed: 0 };
    // Code answers once it has computed the difference, which a window that nobody looks at may put off for ever.
    void run(ids.command.openDiff, { sessionId: session.id, file: change });
    const tab = await until(activeTab, (found) => found?.input instanceof vscode.TabInputTextDiff);
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff);
    assert.ok(!(await text(tab.input.original)).includes('pears'));
    assert.ok((await text(tab.input.modified)).includes('And pears.'));
  });

  it('shows all changes in one editor', async () => {
    await run(ids.command.openChanges, session.id);
    const tab = await until(activeTab, (found) => (found?.label ?? '').startsWith('Changes of pear'));
    assert.ok(tab);
  });

  it('copies the command that opens a shell, and opens one', async () => {
    await run(ids.command.copyExecCommand, session.id);
    await until(
      async () => await vscode.env.clipboard.readText(),
      (text) => /^docker exec .*-it/.test(text),
    );
    await run(ids.command.openShell, session.id);
    const terminal = await until(
      () => vscode.window.terminals.find(({ name }) => name.includes('pear')),
      (found) => found !== undefined,
    );
    terminal?.dispose();
    await until(
      () => vscode.window.terminals.some((open) => open === terminal),
      (isOpen) => !isOpen,
    );
  });

  it('says what a container uses', async () => {
    const used = await run(ids.command.showUsage, session.id);
    assert.ok(used !== undefined);
  });

  it('pushes the branch to the origin', async () => {
    const pushed = await run(ids.command.pushSession, session.id);
    assert.match(String(pushed), /^[0-9a-f]{40}$/);
  });

  it('hands an autonomous session over to the person, in the terminal', async () => {
    await run(ids.command.takeOverSession, session.id);
    await inState('running');
    await run(ids.command.openTerminal, session.id);
    const terminal = await until(
      () => vscode.window.terminals.find(({ name }) => name.includes('pear')),
      (found) => found !== undefined,
    );
    terminal?.dispose();
  });

  it('stops, resumes and removes a session', async () => {
    await run(ids.command.stopSession, session.id);
    await inState('stopped');
    await run(ids.command.resumeSession, session.id);
    await inState('running');
    await run(ids.command.removeSession, session.id, { confirmed: true, discard: true });
    const { sessions } = await client.call('session.list', {});
    assert.ok(!sessions.some(({ id }) => id === session.id));
  });
});
