import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { ids } from '../../src/extension/ids.ts';
import { tabUri } from '../../src/extension/landing/tabUri.ts';
import type { Landing } from '../../src/protocol/landing.ts';
import type { Session } from '../../src/protocol/session.ts';
import { git } from '../support/sampleRepository.ts';
import { flotilla, hostEngine, newSession, shows, until, workspaceFolder } from './engine.ts';

const { fs } = vscode.workspace;
const run = (id: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...given);
const text = async (uri: vscode.Uri): Promise<string> => Buffer.from(await fs.readFile(uri)).toString('utf8');
const set = (id: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
const activeTab = (): vscode.Tab | undefined => vscode.window.tabGroups.activeTabGroup.activeTab;
const confirmed = { confirmed: true } as const;
const readme = { path: 'README.md' } as const;
const merged = '# Orchard\n\nAnd plums, and pears.\n';

/** One session that conflicts with what somebody else has pushed, through every command of a landing. */
describe('landing a session by command', function () {
  this.timeout(300_000);
  let client: EngineClient;
  let session: Session;

  const landing = async (): Promise<Landing> => {
    const { landing: found } = await client.call('landing.status', { session: session.id });
    assert.ok(found, 'there is no landing');
    return found;
  };
  const fileState = async (): Promise<string | undefined> => (await landing()).stop?.files[0]?.state;
  const inLanding = (file: string): vscode.Uri =>
    vscode.Uri.from({ scheme: ids.scheme.files, authority: `${session.id}.landing`, path: `/${file}` });
  const completes = async (): Promise<Session> =>
    until(
      async () => (await client.call('session.get', { session: session.id })).session,
      ({ state }) => state === 'completed',
    );

  before(async function () {
    if (process.env['FLOTILLA_HOST_DOCKER'] === undefined) this.skip();
    await flotilla().activate();
    client = await hostEngine();
    session = await newSession(client, 'pear lands');
    await run(ids.command.startSession, session.id);
    session = await completes();
    const folder = workspaceFolder();
    await writeFile(path.join(folder, 'README.md'), '# Orchard\n\nA list of fruit.\n\nAnd plums.\n');
    await git(folder, 'commit', '--quiet', '--all', '--message', 'Name the plum');
    await git(folder, 'push', '--quiet', 'origin', 'main');
  });
  after(async () => {
    await run('workbench.action.closeAllEditors');
    for (const id of [ids.setting.confidenceThreshold, ids.setting.verifyTimeout]) await set(id, undefined);
    await client.call('session.remove', { session: session.id, discard: true });
    client.close();
  });

  it('is planned and foreseen as texts, and changes nothing', async () => {
    await run(ids.command.showLandingPlan, session.id);
    await shows('/Landing plan.md', /README\.md: content/);
    await run(ids.command.showForecast, session.id);
    await shows('/Landing forecast.md', /Conflicts with main[^]*README\.md/);
    const { landing: none } = await client.call('landing.status', { session: session.id });
    assert.equal(none, undefined);
  });

  it('stops for the person who wants to resolve by hand', async () => {
    await set(ids.setting.confidenceThreshold, 0.9);
    await set(ids.setting.verifyTimeout, 60);
    const options = { resolve: 'person', verify: 'grep pineapples README.md', push: 'branch' } as const;
    assert.equal(await run(ids.command.landSession, session.id, { ...confirmed, ...options }), 'paused');
    const { reason, options: used } = await landing();
    assert.equal(reason.code, 'conflicts');
    assert.deepEqual(
      [used.resolve, used.threshold, used.budgetUsd, used.verifyTimeout],
      ['person', 0.9, 5, 60_000],
      'what the settings and the person say',
    );
    assert.equal(await fileState(), 'open');
  });

  it("opens the conflict in VS Code's merge editor, which is no part of its interface: has it changed?", async () => {
    assert.equal(await run(ids.command.openConflict, session.id, readme), 'merge-editor');
    const wanted = inLanding('README.md').toString();
    const tab = await until(activeTab, (found) => found !== undefined && tabUri(found)?.toString() === wanted);
    assert.ok(tab);
    assert.ok(!(tab.input instanceof vscode.TabInputText), 'it is a normal editor');
    const side = (name: string): vscode.Uri => {
      const input: unknown = tab.input;
      assert.ok(typeof input === 'object' && input !== null && name in input);
      const uri = Reflect.get(input, name) as unknown;
      assert.ok(uri instanceof vscode.Uri, name);
      return uri;
    };
    assert.match(await text(side('input1')), /And plums\./);
    assert.match(await text(side('input2')), /And pears\./);
    assert.doesNotMatch(await text(side('base')), /And/);
    assert.equal(fs.isWritableFileSystem(side('base').scheme), false);
    await run('workbench.action.revertAndCloseActiveEditor');
  });

  it('takes what Claude proposes only when the person accepts it', async () => {
    assert.equal(await run(ids.command.resolveConflicts, session.id), 'paused');
    assert.equal((await landing()).reason.code, 'proposals');
    assert.equal(await fileState(), 'proposed');
    await run(ids.command.refuseResolution, session.id, readme);
    assert.equal(await fileState(), 'open');
    assert.match(await text(inLanding('README.md')), /<<<<<<< /);
  });

  it('takes one side, and puts the conflict back', async () => {
    for (const [command, expected] of [
      [ids.command.useTargetVersion, /And plums\./],
      [ids.command.useSessionVersion, /And pears\./],
    ] as const) {
      await run(command, session.id, readme);
      assert.equal(await fileState(), 'accepted');
      assert.match(await text(inLanding('README.md')), expected);
      await run(ids.command.refuseResolution, session.id, readme);
      assert.equal(await fileState(), 'open');
    }
  });

  it("goes on with the person's own version, and stops where the verification fails", async () => {
    await fs.writeFile(inLanding('README.md'), Buffer.from(merged));
    await run(ids.command.acceptResolution, session.id, readme);
    assert.equal(await fileState(), 'accepted');
    assert.equal(await run(ids.command.continueLanding, session.id), 'paused');
    assert.equal((await landing()).reason.code, 'verify-failed');
  });

  it('tells Claude what failed', async () => {
    await run(ids.command.sendVerifyOutput, session.id, confirmed);
    const { resultText } = await until(
      async () => (await client.call('session.get', { session: session.id })).session,
      (now) => now.state === 'completed' && now.resultText?.includes('pineapples') === true,
    );
    assert.match(resultText ?? '', /verification failed with exit code 1: grep pineapples/);
  });

  it('shows what a push would bring, and pushes once it is verified', async () => {
    void run(ids.command.reviewLanding, session.id);
    await until(activeTab, (found) => found?.label.includes('↔') === true);
    assert.equal(
      await run(ids.command.verifyLanding, session.id, { ...confirmed, verify: 'grep pears README.md' }),
      'landed',
    );
    const { pushes, result } = await landing();
    assert.deepEqual(
      pushes.map(({ mode, commit }) => [mode, commit]),
      [['branch', result]],
    );
  });

  it('opens no page where none is known', async () => {
    assert.equal(await run(ids.command.openPullRequest, session.id), undefined);
  });

  it('is undone, rebased again and given up, and then as it was before', async () => {
    assert.equal(await run(ids.command.undoLanding, session.id, confirmed), 'undone');
    const before = (await client.call('session.get', { session: session.id })).session.head?.commit;
    assert.equal(before, session.head?.commit);
    assert.equal(await run(ids.command.rebaseSession, session.id, confirmed), 'paused');
    assert.equal(await run(ids.command.abortLanding, session.id, confirmed), 'aborted');
    assert.equal((await client.call('session.get', { session: session.id })).session.head?.commit, before);
  });

  it('pushes what was only rebased when the person says so', async () => {
    await run(ids.command.rebaseSession, session.id, confirmed);
    await run(ids.command.acceptResolution, session.id, readme);
    assert.equal(await run(ids.command.continueLanding, session.id), 'ready');
    assert.equal(await run(ids.command.pushLanding, session.id, { ...confirmed, push: 'branch' }), 'landed');
    const branch = (await landing()).pushes[0]?.branch ?? '';
    assert.match(
      await git(workspaceFolder(), 'ls-remote', 'origin', branch),
      new RegExp((await landing()).result ?? 'no'),
    );
  });
});
