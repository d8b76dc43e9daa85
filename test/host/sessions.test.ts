import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { ids } from '../../src/extension/ids.ts';
import type { Session } from '../../src/protocol/session.ts';
import { flotilla, hostEngine, newSession, shows, until } from './engine.ts';

const run = (id: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(id, ...given);

describe('the commands for sessions, without a container', () => {
  let client: EngineClient;
  let session: Session;

  before(async () => {
    await flotilla().activate();
    client = await hostEngine();
    session = await newSession(client, 'quiet');
  });
  after(() => {
    client.close();
  });

  it('knows a session that another face has made, and copies its branch', async () => {
    await until(
      async () => {
        await run(ids.command.copyBranch, session.id);
        return vscode.env.clipboard.readText();
      },
      (text) => text === session.branch,
    );
  });

  it('queues a message for Claude', async () => {
    await run(ids.command.sendMessage, session.id, 'and the plum');
    const { session: now } = await client.call('session.get', { session: session.id });
    assert.equal(now.queued, 1);
  });

  it('opens the report of a session as a read-only text', async () => {
    await run(ids.command.showReport, session.id);
    const { uri } = await shows('/Report.md', /quiet/);
    assert.equal(uri.scheme, ids.scheme.report);
  });

  it('opens the panel of a session', async () => {
    await run(ids.command.openSession, session.id);
    const tab = await until(
      () => vscode.window.tabGroups.activeTabGroup.activeTab,
      (found) => found?.input instanceof vscode.TabInputWebview,
    );
    assert.match(tab?.label ?? '', /quiet/);
  });

  it('groups sessions as the person likes, in the settings', async () => {
    const { groupByState, showFlat, groupByRepository } = ids.command;
    for (const [command, value] of [
      [groupByState, 'state'],
      [showFlat, 'none'],
      [groupByRepository, 'repository'],
    ] as const) {
      await run(command);
      await until(
        () => vscode.workspace.getConfiguration().get(ids.setting.groupBy),
        (set) => set === value,
      );
    }
  });

  it('says what the engine is', async () => {
    await run(ids.command.refresh);
    await run(ids.command.showEngineStatus);
    await run(ids.command.showLog);
  });

  it("opens the engine's log", async () => {
    await run(ids.command.showEngineLog);
    await shows('/engine.log', /^/);
  });

  it('collects what helps to find a fault, and no secret', async () => {
    await run(ids.command.collectDiagnostics);
    const text = (await shows('/Diagnostics.md', /engine/i)).getText();
    const key = process.env['ANTHROPIC_API_KEY'] ?? '';
    assert.ok(key.length > 20 && !text.includes(key));
  });

  it('checks the system', async () => {
    await run(ids.command.checkSystem);
  });

  it('cancels a session', async () => {
    await run(ids.command.cancelSession, session.id, { confirmed: true });
    const { session: now } = await client.call('session.get', { session: session.id });
    assert.equal(now.state, 'cancelled');
  });

  it('removes a session that has no work', async () => {
    await run(ids.command.removeSession, session.id, { confirmed: true });
    const { sessions } = await client.call('session.list', {});
    assert.deepEqual(
      sessions.filter(({ id }) => id === session.id),
      [],
    );
  });
});
