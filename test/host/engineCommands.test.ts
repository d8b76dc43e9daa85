import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { ids } from '../../src/extension/ids.ts';
import type { OperationOutput } from '../../src/protocol/operations.ts';
import { flotilla, hostEngine, until, workspaceFolder } from './engine.ts';

const run = (id: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...given);
const key = 'sk-ant-api03-flotilla-host-test-0123456789';

describe('the commands for the engine and the person', () => {
  let client: EngineClient;
  const info = (): Promise<OperationOutput<'system.info'>> => client.call('system.info', {});

  before(async () => {
    await flotilla().activate();
    client = await hostEngine();
    await run(ids.command.refresh);
  });
  after(async () => {
    await run(ids.command.setApiKey, { kind: 'api-key', value: process.env['ANTHROPIC_API_KEY'] ?? key });
    client.close();
  });

  it('keep a token and a key for the engine, and make it forget them', async () => {
    await run(ids.command.setOauthToken, { kind: 'oauth-token', value: 'sk-ant-oat01-0123456789' });
    assert.equal((await info()).credentials, 'oauth-token');
    await run(ids.command.setApiKey, { kind: 'api-key', value: key });
    assert.equal((await info()).credentials, 'api-key');
    await run(ids.command.removeCredentials, { confirmed: true });
    assert.equal((await info()).credentials, 'none');
  });

  it('let a session wait for a credential, and go on when it comes', async () => {
    const given = { repository: workspaceFolder(), name: 'waits', prompt: 'describe the pear', start: false };
    const id = await run(ids.command.newSession, given);
    assert.ok(typeof id === 'string');
    await run(ids.command.startSession, id);
    const stateOf = async (): Promise<string> => (await client.call('session.get', { session: id })).session.state;
    await until(stateOf, (state) => state === 'waiting');
    await run(ids.command.showWaiting);
    const tab = await until(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.label,
      (label) => label === 'waits',
    );
    assert.equal(tab, 'waits');
    await run(ids.command.cancelSession, id, { confirmed: true });
    await run(ids.command.removeSession, id, { confirmed: true, discard: true });
  });

  it('hand the credential to the engine that takes the place of another', async () => {
    await run(ids.command.setApiKey, { kind: 'api-key', value: key });
    const { pid } = await info();
    await run(ids.command.restartEngine);
    const after = await until(info, (now) => now.pid !== pid && now.credentials !== 'none');
    assert.equal(after.credentials, 'api-key');
  });

  it('show where to begin, and what can be set', async () => {
    await run(ids.command.openWalkthrough);
    await run(ids.command.openSettings);
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab);
  });

  it('say that no environment is without a session, and break nothing', async () => {
    void run(ids.command.adoptEnvironment, 'unknown1');
    void run(ids.command.removeEnvironment, 'unknown1', { confirmed: true });
    const { orphans } = await client.call('orphan.list', {});
    assert.deepEqual(orphans, []);
  });
});
