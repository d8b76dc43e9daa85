import assert from 'node:assert/strict';
import { type SessionAction, allActions, can } from '../../../src/extension/model/actions.ts';
import { oneLine } from '../../../src/extension/model/oneLine.ts';
import { rowText } from '../../../src/extension/model/rowText.ts';
import { sessionIdOf } from '../../../src/extension/model/sessionIdOf.ts';
import { sessionOfLink } from '../../../src/extension/model/sessionLink.ts';
import { statusText } from '../../../src/extension/model/statusText.ts';
import { groupsOf } from '../../../src/extension/tree/grouping.ts';
import { sessionIcon } from '../../../src/extension/tree/sessionIcon.ts';
import { noUsage, type Session, sessionStateSchema } from '../../../src/protocol/session.ts';
import { aSession } from '../../support/storedSession.ts';

const since = '2026-01-01T00:00:00.000Z';
const limited = {
  state: 'waiting',
  reason: { code: 'api-limited', message: 'The API limits requests.', until: '2099-02-03T10:05:00.000Z' },
} as const;
const environment = { id: 'c1', image: 'i', user: 'node', workspaceFolder: '/workspaces/repo' };
const asking = { kind: 'needs-input', about: 'permission for Bash', since } as const;
const actionsOf = (session: Session): SessionAction[] => allActions.filter((action) => can(session, action));

describe('a row of the Sessions view', () => {
  const at = Date.parse(since) + 3 * 3_600_000;
  const row = (changes: Partial<Session>): string =>
    rowText(aSession({ createdAt: since, ...changes }), undefined, at).description;

  it('says what a session needs, what it cost, how full its context is, and its age', () => {
    const usage = { ...noUsage, requests: 3, costUsd: 0.1234 };
    const context = { usedTokens: 50_000, windowTokens: 200_000 };
    assert.equal(
      row({ state: 'running', activity: asking, usage, context }),
      'needs input: permission for Bash · $0.123 · 25% context · 3h',
    );
  });

  it('says with a plus that some of the cost is not known', () => {
    const usage = { ...noUsage, requests: 3, costUsd: 12.5, unpricedRequests: 1 };
    assert.equal(row({ state: 'completed', usage }), 'completed · $12.50+ · 3h');
  });

  it('says why a session waits, and the step of one that starts', () => {
    assert.equal(row({ state: 'waiting', reason: { code: 'x', message: 'No key.' } }), 'waiting: No key. · 3h');
    const progress = { step: 'image', title: 'Building the image', status: 'running', fraction: 0 } as const;
    assert.match(rowText(aSession({ state: 'starting' }), progress).description, /^starting: Building the image/);
  });

  it('says until when a session waits that goes on by itself', () => {
    assert.match(row(limited), /^waiting until 3 Feb \d\d:\d5: The API limits requests\. · 3h$/);
  });

  it('shows hostile text on one short line, without control characters', () => {
    const { label } = rowText(aSession({ name: `a\u001b[31m\n\u202eb${'x'.repeat(500)}` }));
    assert.ok(label.length <= 60 && !/[\u0000-\u001f\u202e]/.test(label));
    assert.equal(oneLine(' a\r\nb ', 10), 'a b');
    assert.equal(oneLine('\u001b[91mnpm \u001b]0;title\u0007error\u001b[0m', 20), 'npm  error');
  });

  it('has an icon for every state', () => {
    for (const state of sessionStateSchema.options) assert.match(sessionIcon(aSession({ state })).icon, /^[a-z~-]+$/);
    assert.equal(sessionIcon(aSession({ state: 'running', activity: asking })).icon, 'bell-dot');
  });
});

describe('the actions of a session', () => {
  it('are those that make sense in its state', () => {
    assert.deepEqual(actionsOf(aSession({ state: 'created' })), ['start', 'send', 'cancel', 'remove']);
    assert.deepEqual(actionsOf(aSession({ state: 'cancelled' })), ['remove']);
    const running = aSession({ state: 'running', mode: 'interactive', environment });
    assert.deepEqual(actionsOf(running), ['stop', 'send', 'cancel', 'remove', 'terminal', 'attach']);
    const stopped = aSession({ state: 'stopped', environment });
    assert.deepEqual(actionsOf(stopped), ['resume', 'takeOver', 'send', 'cancel', 'remove']);
  });

  it('hold a push only while there is something that was not pushed', () => {
    const head = { commit: 'b'.repeat(40), ahead: 2 };
    assert.ok(can(aSession({ head }), 'push'));
    assert.ok(!can(aSession({ head: { ...head, ahead: 0 } }), 'push'));
    const pushed = { commit: head.commit, remote: 'origin', branch: 'b', at: since };
    assert.ok(!can(aSession({ head, pushed }), 'push'));
  });

  it('always hold one that ends it', () => {
    for (const state of sessionStateSchema.options) assert.ok(can(aSession({ state }), 'remove'));
  });
});

describe('the groups of the Sessions view', () => {
  const repository = (id: string, name: string): Session['repository'] => ({
    id,
    source: `/${id}/${name}`,
    kind: 'folder',
    name,
  });

  it('are the repositories by name, told apart by place where names are the same', () => {
    const sessions = ['z shop', 'a shop', 'b api'].map((text) => {
      const [id = '', name = ''] = text.split(' ');
      return aSession({ repository: repository(id, name) });
    });
    assert.deepEqual(
      groupsOf(sessions, 'repository')?.map(({ label }) => label),
      ['api', 'shop (/a/shop)', 'shop (/z/shop)'],
    );
  });

  it('are the states with those that need the user first', () => {
    const sessions = [
      aSession({ state: 'completed' }),
      aSession({ state: 'running' }),
      aSession({ state: 'running', activity: asking }),
      aSession({ state: 'stopped' }),
    ];
    assert.deepEqual(
      groupsOf(sessions, 'state')?.map(({ label }) => label),
      ['Needs You', 'Under Way', 'Completed', 'At Rest'],
    );
  });

  it('count a session that goes on by itself as under way', () => {
    assert.deepEqual(
      groupsOf([aSession(limited)], 'state')?.map(({ label }) => label),
      ['Under Way'],
    );
  });

  it('hold each session once, and there are none in the flat list', () => {
    const sessions = sessionStateSchema.options.map((state) => aSession({ state }));
    const held = groupsOf(sessions, 'state')?.flatMap(({ sessionIds }) => sessionIds) ?? [];
    assert.deepEqual([...held].sort(), sessions.map(({ id }) => id).sort());
    assert.equal(groupsOf(sessions, 'none'), undefined);
  });
});

describe('the status bar', () => {
  it('counts what runs and what needs the user', () => {
    const sessions = [aSession({ state: 'running' }), aSession({ state: 'starting' }), aSession({ state: 'waiting' })];
    const { text, needing } = statusText(sessions, { kind: 'connected' });
    assert.equal(text, '$(rocket) 2 running, 1 needs you');
    assert.equal(needing, 1);
  });

  it('says of those that go on by themselves when the first one does', () => {
    const first = { ...limited.reason, until: '2098-02-01T10:05:00.000Z' };
    const sessions = [aSession(limited), aSession({ ...limited, reason: first }), aSession({ state: 'running' })];
    const { text, needing } = statusText(sessions, { kind: 'connected' });
    assert.match(text, /^\$\(rocket\) 1 running, 2 waiting until 1 Feb \d\d:\d5$/);
    assert.equal(needing, 0);
  });

  it('stays away where there are no sessions, and says when there is no engine', () => {
    assert.equal(statusText([], { kind: 'connected' }).isShown, false);
    assert.match(statusText([], { kind: 'failed', error: new Error('x') }).tooltip, /could not be reached/);
  });
});

describe('a link to a session', () => {
  it('names one session, and no other link does anything', () => {
    assert.equal(sessionOfLink('/session/abcd1234'), 'abcd1234');
    for (const path of [
      '',
      '/session/',
      '/session/../x',
      '/session/abcd1234/push',
      '/remove/abcd1234',
      '/session/ABCD1234',
    ])
      assert.equal(sessionOfLink(path), undefined, path);
  });
});

describe('the argument of a command', () => {
  it('names a session by its id or as a row does, and nothing else', () => {
    assert.equal(sessionIdOf('abcd1234'), 'abcd1234');
    assert.equal(sessionIdOf({ kind: 'session', sessionId: 'abcd1234' }), 'abcd1234');
    for (const given of [undefined, '', '../../x', { sessionId: 5 }, { kind: 'group' }])
      assert.equal(sessionIdOf(given), undefined);
  });
});
