import assert from 'node:assert/strict';
import path from 'node:path';
import { type Notice, noticeOf } from '../../../src/extension/model/notices.ts';
import { TellOnce } from '../../../src/extension/tellOnce.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { aSession, temporaryFolder, testActor } from '../../support/storedSession.ts';

const since = '2026-01-01T00:00:00.000Z';

function told(before: Partial<Session> | undefined, after: Partial<Session>): Notice | undefined {
  const session = aSession();
  const event = {
    seq: 4,
    at: since,
    actor: testActor,
    sessionId: session.id,
    body: { type: 'session.updated', data: { changes: {} } },
  } as const;
  const was = before === undefined ? undefined : { ...session, ...before };
  return noticeOf({ kind: 'session', id: session.id, before: was, after: { ...session, ...after }, event });
}

describe('what the user is told of', () => {
  const working = { state: 'running', activity: { kind: 'working', since } } as const;
  const asking = { state: 'running', activity: { kind: 'needs-input', about: 'permission for Bash', since } } as const;

  it('is that a session needs input, finished or failed', () => {
    assert.equal(told(working, asking)?.text, 'a session needs you. It needs input: permission for Bash');
    assert.equal(
      told(working, { state: 'completed', resultText: 'Done.\nAll of it.' })?.text,
      'a session has finished. Done. All of it.',
    );
    assert.equal(told(working, { state: 'failed', reason: { code: 'x', message: 'It broke.' } })?.kind, 'failed');
  });

  it('holds no link: VS Code would make one of it that runs a command', () => {
    const link = '[Look](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22x%22%7D)';
    for (const resultText of [link, link.replace('](', ']\u200e('), link.replace('](', ']\u001b[0m(')])
      assert.doesNotMatch(told(working, { state: 'completed', resultText })?.text ?? '', /\]\(/);
  });

  it('is that an interactive session has ended its turn', () => {
    const idle = { state: 'running', mode: 'interactive', activity: { kind: 'idle', since } } as const;
    assert.equal(told({ ...working, mode: 'interactive' }, idle)?.kind, 'finished');
    assert.equal(told({ ...idle, activity: { kind: 'unknown', since } }, idle), undefined);
    assert.equal(told(working, { ...idle, mode: 'autonomous' }), undefined);
  });

  it('is said once, also when the session changes in other ways meanwhile', () => {
    assert.equal(told(asking, { ...asking, turns: 3 }), undefined);
    assert.equal(told({ state: 'completed' }, { state: 'completed', turns: 3 }), undefined);
  });

  it('is nothing of what was so before this window looked', () => {
    assert.equal(told(undefined, asking), undefined);
    assert.equal(noticeOf({ kind: 'all' }), undefined);
  });

  it('is nothing when the user has stopped or cancelled the session', () => {
    assert.equal(told(working, { state: 'stopped' }), undefined);
    assert.equal(told(working, { state: 'cancelled' }), undefined);
  });

  it('names a missing credential, so that it can be set', () => {
    const reason = { code: 'no-credentials', message: 'There is no key.' };
    assert.equal(told({ state: 'starting' }, { state: 'waiting', reason })?.isAboutCredentials, true);
    const refused = { code: 'credential-refused', message: 'The API refused it.' };
    assert.equal(told({ state: 'running' }, { state: 'waiting', reason: refused })?.isAboutCredentials, true);
  });

  it('is nothing when a session waits that goes on by itself', () => {
    const reason = { code: 'api-limited', message: 'Slow down.', until: '2099-02-03T10:05:00.000Z' };
    assert.equal(told(working, { state: 'waiting', reason }), undefined);
  });
});

describe('telling in several windows', () => {
  it('happens in one of them, and rather in the one with the focus', async () => {
    const { folder, remove } = temporaryFolder();
    const first = Promise.withResolvers<boolean>();
    const windows = [1, 2, 3].map(() => new TellOnce(path.join(folder, 'told'), () => first.promise));
    const claims = windows.map((window, index) => window.claim('abcd1234-7', index === 1));
    claims[1]?.then(first.resolve, first.reject);
    assert.deepEqual(await Promise.all(claims), [false, true, false]);
    assert.equal(await windows[0]!.claim('abcd1234-8', true), true);
    const unlooked = [1, 2, 3].map(() => new TellOnce(path.join(folder, 'told')).claim('abcd1234-9', false));
    assert.deepEqual((await Promise.all(unlooked)).filter(Boolean), [true]);
    remove();
  });
});
