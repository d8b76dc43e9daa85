import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ids } from '../../../src/extension/ids.ts';
import { isConfirmed, isDiscardConfirmed } from '../../../src/extension/model/confirmation.ts';
import { credentialProblem } from '../../../src/extension/model/credentialInput.ts';
import { diagnosticsText, withoutSecrets } from '../../../src/extension/model/diagnosticsText.ts';
import { reportText } from '../../../src/extension/model/reportText.ts';
import { settingTable } from '../../../src/extension/model/settingTable.ts';
import { SessionDetails } from '../../../src/extension/tree/sessionDetails.ts';
import { SessionModel } from '../../../src/extension/model/sessionModel.ts';
import { aSession } from '../../support/storedSession.ts';
import { FakeSource } from './fakeSource.ts';

const at = '2026-01-01T00:00:00.000Z';
const propertySchema = z.object({ default: z.unknown(), enum: z.array(z.unknown()).optional() });
const manifestSchema = z.object({
  contributes: z.object({ configuration: z.object({ properties: z.record(z.string(), propertySchema) }) }),
});
const { properties } = manifestSchema.parse(
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8')),
).contributes.configuration;

describe('the settings', () => {
  it('have the defaults and values that package.json says', () => {
    for (const id of Object.values(ids.setting)) {
      assert.deepEqual(settingTable[id].parse(undefined), properties[id]?.default, id);
      for (const value of properties[id]?.enum ?? []) assert.equal(settingTable[id].parse(value), value, id);
    }
  });

  it('are their defaults when they hold something impossible', () => {
    assert.equal(settingTable[ids.setting.memory].parse(-5), 4);
    assert.equal(settingTable[ids.setting.network].parse('host'), 'bridge');
    assert.equal(settingTable[ids.setting.baseUrl].parse('file:///etc/passwd'), '');
  });
});

describe('a typed credential', () => {
  it('is refused with the reason when it can not be one', () => {
    assert.match(credentialProblem('api-key', 'short') ?? '', /short/);
    assert.match(credentialProblem('api-key', 'sk-ant-api03-a b c') ?? '', /space/);
    assert.match(credentialProblem('api-key', 'sk-ant-oat01-abcdefgh') ?? '', /OAuth/);
    assert.match(credentialProblem('oauth-token', 'sk-ant-api03-abcdefgh') ?? '', /API key/);
  });

  it('is taken with spaces round it, and when it is of a kind that is not known here', () => {
    assert.equal(credentialProblem('api-key', ' sk-ant-api03-abcdefgh '), undefined);
    assert.equal(credentialProblem('oauth-token', 'some-gateway-token'), undefined);
  });
});

describe('the diagnostics', () => {
  it('hold nothing that looks like a secret', () => {
    const key = 'sk-ant-api03-abcdefghijklmnop';
    const engineLog = `key ${key}\nhttps://me:pass@proxy.example/x\nAuthorization: Bearer abc.def\n"x-api-key": "zzzzzzzz"`;
    const text = diagnosticsText({
      host: { a: key },
      settings: { b: key },
      checks: [],
      info: undefined,
      engineLog,
      failures: [key],
    });
    for (const secret of [key, 'pass@', 'abc.def', 'zzzzzzzz']) assert.ok(!text.includes(secret), secret);
    assert.match(text, /proxy\.example/);
    assert.equal(withoutSecrets('plain'), 'plain');
  });
});

describe('the report of a session', () => {
  it('tells what was asked, done and made', () => {
    const session = aSession({ prompt: 'Fix the login', notices: ['Submodules are left alone.'] });
    const files = [{ path: 'a.ts', status: 'modified' as const, added: 3, removed: 1 }];
    const commits = [{ id: 'f'.repeat(40), subject: 'Fix it', author: 'Claude', at }];
    const text = reportText({ session, result: 'Fixed.', files, commits }, [
      { seq: 1, at, entry: { kind: 'state', state: 'running', message: 'Claude is at work.' } },
      { seq: 2, at, entry: { kind: 'timeline', timeline: { kind: 'tool', subject: 'Bash', text: 'npm test' } } },
    ]);
    for (const part of [
      'Fix the login',
      'Fixed.',
      'modified a.ts (+3 -1)',
      'fffffffff Fix it',
      'tool: Bash: npm test',
      'Submodules',
    ])
      assert.ok(text.includes(part), part);
  });
});

describe('a question that was asked already', () => {
  it('is not asked again, and losing work has to be said by itself', () => {
    assert.ok(isConfirmed({ confirmed: true }));
    assert.ok(!isConfirmed({ confirmed: 'yes' }) && !isConfirmed(undefined));
    assert.ok(!isDiscardConfirmed({ confirmed: true }) && isDiscardConfirmed({ confirmed: true, discard: true }));
  });
});

describe('what stands below a row', () => {
  const session = aSession({ head: { commit: 'c'.repeat(40), ahead: 1 } });
  const checkpoint = { number: 1, commit: 'd'.repeat(40), at };
  const source = new FakeSource({
    'session.list': () => ({ sessions: [session], seq: 0 }),
    'session.diff': () => ({ from: 'a', to: 'b', truncated: false, files: [{ path: 'src/a.ts', status: 'added' }] }),
    'checkpoint.list': () => ({ checkpoints: [checkpoint] }),
  });

  it('is the changed files and the checkpoints, read once until the session moves', async () => {
    const model = new SessionModel(source, () => undefined);
    await model.ready();
    const details = new SessionDetails(model, source);
    const sections = await details.of(session.id);
    assert.deepEqual(
      sections.map((node) => node.kind === 'section' && node.section),
      ['changes', 'checkpoints'],
    );
    const calls = source.calls.length;
    await details.of(session.id);
    assert.equal(source.calls.length, calls);
    source.happen(session.id, {
      type: 'session.updated',
      data: { changes: { head: { commit: 'e'.repeat(40), ahead: 2 } } },
    });
    while (model.get(session.id)?.head?.ahead !== 2) await new Promise((resolve) => setTimeout(resolve, 2));
    await details.of(session.id);
    assert.ok(source.calls.length > calls);
    model.dispose();
  });
});
