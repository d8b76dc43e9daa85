import assert from 'node:assert/strict';
import { hasConflictMarkers, unhandledPlaces } from '../../../src/extension/landing/conflictMarkers.ts';
import { LandingFeed } from '../../../src/extension/landing/landingFeed.ts';
import { forecastText, planSummary, planText } from '../../../src/extension/landing/planText.ts';
import { verifyMessage } from '../../../src/extension/landing/verifyMessage.ts';
import { allActions, can, type SessionAction } from '../../../src/extension/model/actions.ts';
import { landingFacts } from '../../../src/extension/model/landingFacts.ts';
import { landingActions } from '../../../src/extension/model/landingRules.ts';
import { type Notice, noticeOf } from '../../../src/extension/model/notices.ts';
import { rowText } from '../../../src/extension/model/rowText.ts';
import { needsUser } from '../../../src/extension/model/urgency.ts';
import { sessionIcon } from '../../../src/extension/tree/sessionIcon.ts';
import type { LandingPlan } from '../../../src/protocol/landing.ts';
import type { Forecast, LandingSummary } from '../../../src/protocol/landingSummary.ts';
import type { PanelLanding } from '../../../src/protocol/panelLanding.ts';
import { plainOutput } from '../../../src/protocol/plainOutput.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { stepLooks } from '../../../src/webview/landing/stepLooks.ts';
import { aSession, testActor } from '../../support/storedSession.ts';
import { aLanding as landing } from '../../support/storedLanding.ts';
import { file, stopOf } from '../cli/landings.ts';

const at = '2026-01-01T00:00:00.000Z';
const head = { commit: 'b'.repeat(40), ahead: 2 };

const summary = (changes: Partial<LandingSummary> = {}): LandingSummary => ({
  ...{ state: 'running', step: 'rebase', target: 'main', openFiles: 0, updatedAt: at },
  reason: { code: 'begun', message: 'Landing onto main.' },
  ...changes,
});
const forecast = (changes: Partial<Forecast> = {}): Forecast => ({
  ...{ target: 'main', outcome: 'clean', files: [], sessions: [], at },
  ...changes,
});
const landed = (changes: Partial<LandingSummary> = {}): Session =>
  aSession({ state: 'completed', head, landing: summary(changes) });
const conflicts = { state: 'paused', step: 'resolve', reason: { code: 'conflicts', message: '2 files.' } } as const;

const plan = (changes: Partial<LandingPlan> = {}): LandingPlan => ({
  target: { branch: 'main', commit: 'a'.repeat(40) },
  head: head.commit,
  fastForward: false,
  upToDate: false,
  commits: [
    { id: 'c'.repeat(40), subject: 'First', author: 'A', at, outcome: 'clean', conflicts: [] },
    {
      ...{ id: 'd'.repeat(40), subject: 'Second', author: 'A', at, outcome: 'conflict' },
      conflicts: [{ path: 'a\u001b[31m.ts', kind: 'content', hunks: 2 }],
    },
  ],
  behind: 3,
  notices: ['A merge is left out.'],
  verify: { suggestions: ['npm test'] },
  ...changes,
});

describe('what can be done about a landing', () => {
  const actionsOf = (session: Session): SessionAction[] =>
    landingActions.filter((action) => allActions.includes(action) && can(session, action));

  it('is nothing while there is no work, and landing once there is', () => {
    assert.deepEqual(actionsOf(aSession({ state: 'completed' })), []);
    assert.deepEqual(actionsOf(aSession({ state: 'completed', head })), ['land', 'rebase', 'forecast']);
  });

  it('is giving it up while it runs, but not while it is being undone', () => {
    assert.deepEqual(actionsOf(landed()), ['abortLanding', 'forecast']);
    assert.deepEqual(actionsOf(landed({ step: 'undo' })), ['forecast']);
  });

  it('is settling what is open at conflicts, and going on when nothing is', () => {
    assert.deepEqual(actionsOf(landed({ ...conflicts, openFiles: 2 })), [
      ...(['resolve', 'settle', 'abortLanding', 'forecast'] as const),
    ]);
    assert.deepEqual(actionsOf(landed(conflicts)), ['continueLanding', 'abortLanding', 'forecast']);
  });

  it('is telling Claude of a verification that failed', () => {
    const red = { state: 'paused', step: 'verify', reason: { code: 'verify-failed', message: 'red' } } as const;
    assert.ok(can(landed(red), 'sendOutput') && can(landed(red), 'verify') && can(landed(red), 'review'));
    assert.ok(!can(landed({ ...red, reason: { code: 'unverified', message: '' } }), 'sendOutput'));
  });

  it('is pushing and undoing what stands on its target', () => {
    const ready = landed({ state: 'ready', step: 'verify' });
    assert.ok(can(ready, 'pushLanding') && can(ready, 'land') && can(ready, 'review') && !can(ready, 'undoLanding'));
    const done = landed({ state: 'landed', step: 'push' });
    assert.ok(
      can(done, 'undoLanding') && can(done, 'pullRequest') && can(done, 'rebase') && !can(done, 'abortLanding'),
    );
  });
});

describe('a row of a session that is landed', () => {
  const row = (session: Session): string => rowText(session, undefined, Date.parse(session.createdAt)).description;

  it('says how the landing stands, or what it would meet', () => {
    assert.match(row(landed({ ...conflicts, openFiles: 2 })), /landing: 2 conflicts/);
    const proposed = { ...conflicts, openFiles: 1, reason: { code: 'proposals', message: '' } };
    assert.match(row(landed(proposed)), /landing: 1 resolution to look at/);
    assert.match(row(landed({ step: 'verify' })), /landing: verifying/);
    assert.match(row(landed({ state: 'landed' })), /landed on main/);
    const foreseen = aSession({ state: 'completed', forecast: forecast({ outcome: 'conflicts', files: ['a.ts'] }) });
    assert.match(row(foreseen), /conflicts with main/);
    const others = [{ session: 'bbbbbbbb', files: ['a.ts'] }];
    assert.match(row(aSession({ forecast: forecast({ sessions: others }) })), /conflicts with another session/);
  });

  it('forgets what was foreseen once the work has landed', () => {
    const foreseen = forecast({ outcome: 'conflicts', files: ['a.ts'] });
    const session = { ...landed({ state: 'landed', updatedAt: '2026-01-01T00:00:01.000Z' }), forecast: foreseen };
    assert.deepEqual(
      landingFacts(session, String).map(([icon]) => icon),
      ['git-merge'],
    );
    assert.equal(
      landingFacts({ ...session, forecast: { ...foreseen, at: '2026-01-01T00:00:02.000Z' } }, String).length,
      2,
    );
  });

  it('names the files and the other sessions in its tip', () => {
    const sessions = [{ session: 'bbbbbbbb', files: ['b.ts'] }];
    const files = ['1', '2', '3', '4', '5', '6'];
    const facts = landingFacts(
      aSession({ forecast: forecast({ outcome: 'conflicts', files, sessions }) }),
      () => 'other',
    );
    assert.deepEqual(
      facts.map(([, text]) => text),
      ['conflicts with main: 1, 2, 3, 4, 5 and 1 more', 'conflicts with "other": b.ts'],
    );
  });

  it('shows with its icon that somebody must decide, after what the session itself needs', () => {
    assert.equal(sessionIcon(landed(conflicts)).icon, 'git-merge');
    const asking = { kind: 'needs-input', since: at } as const;
    assert.equal(sessionIcon({ ...landed(conflicts), state: 'running', activity: asking }).icon, 'bell-dot');
    const foreseen = aSession({ state: 'completed', forecast: forecast({ outcome: 'conflicts' }) });
    assert.match(sessionIcon(foreseen).color ?? '', /conflicting/);
  });

  it('counts among those that need their user while the landing waits', () => {
    assert.equal(needsUser(landed(conflicts)), '2 files.');
    assert.equal(needsUser(landed()), undefined);
  });
});

describe('what the user is told of a landing', () => {
  const told = (
    before: LandingSummary,
    after: LandingSummary,
    face: 'engine' | 'vscode' = 'engine',
  ): Notice | undefined => {
    const session = aSession({ state: 'completed', head });
    const event = {
      ...{ seq: 4, at, sessionId: session.id, actor: { ...testActor, face } },
      body: { type: 'session.updated', data: { changes: {} } },
    } as const;
    const change = { kind: 'session', id: session.id, event } as const;
    return noticeOf({ ...change, before: { ...session, landing: before }, after: { ...session, landing: after } });
  };

  it('is that it needs a decision, could not go on, or is done', () => {
    assert.equal(told(summary(), summary(conflicts))?.kind, 'landing-needs-you');
    const refused = { state: 'paused', reason: { code: 'push-denied', message: 'No.' } } as const;
    assert.equal(told(summary(), summary(refused))?.kind, 'landing-failed');
    assert.equal(told(summary(), summary({ state: 'landed' }))?.kind, 'landed');
  });

  it('is said once for each stop', () => {
    assert.equal(told(summary(conflicts), summary({ ...conflicts, openFiles: 1 })), undefined);
    assert.equal(told(summary({ state: 'landed' }), summary({ state: 'landed', updatedAt: at })), undefined);
  });

  it('is nothing of what somebody has just done', () => {
    assert.equal(
      told(summary(conflicts), summary({ ...conflicts, reason: { code: 'resolved', message: '' } }), 'vscode'),
      undefined,
    );
    assert.equal(told(summary(), summary({ state: 'aborted' })), undefined);
  });
});

describe('a conflicted file', () => {
  const marked = 'one\n<<<<<<< main\nours\n||||||| base\nold\n=======\ntheirs\n>>>>>>> session\nlast\n';

  it('is open while it has markers', () => {
    assert.ok(hasConflictMarkers(marked) && hasConflictMarkers(marked.replaceAll('\n', '\r\n')));
    assert.ok(!hasConflictMarkers('one\n=======\nlast\n') && !hasConflictMarkers('x <<<<<<< y\n >>>>>>> z\n'));
  });

  it('is not finished where the text from before both changes stands', () => {
    assert.equal(unhandledPlaces(marked, 'one\nold\nlast\n'), 1);
    assert.equal(unhandledPlaces(marked, 'one\r\nold\r\nlast\r\n'), 1);
    for (const done of ['one\nours\nlast\n', 'one\ntheirs\nlast\n', 'one\nours\ntheirs\nlast\n', 'one\nlast\n'])
      assert.equal(unhandledPlaces(marked, done), 0, done);
  });

  it('is looked at place by place', () => {
    const twice = `${marked}middle\n${marked.replaceAll('old', 'older')}`;
    assert.equal(unhandledPlaces(twice, 'one\nours\nlast\nmiddle\none\nolder\nlast\n'), 1);
    assert.equal(unhandledPlaces('no markers', 'no markers'), 0);
  });
});

describe('the plan of a landing', () => {
  it('says in a sentence what would happen', () => {
    assert.equal(planSummary(plan()), '2 commits onto main, conflicts predicted in 1 file');
    assert.match(planSummary(plan({ fastForward: true })), /nothing has to be rebased/);
    assert.match(planSummary(plan({ upToDate: true })), /holds everything/);
  });

  it('names each commit, each conflict and what verifies it, without control characters', () => {
    const text = planText('pear', plan());
    for (const part of ['First (clean)', 'Second (conflict)', 'content, 2 places', 'npm test', 'A merge is left out'])
      assert.ok(text.includes(part), part);
    assert.doesNotMatch(text, /\u001b/);
  });

  it('is foreseen for each session, with the other sessions in its way', () => {
    const sessions = [{ session: 'bbbbbbbb', files: ['b.ts'] }];
    const foreseen = forecast({ outcome: 'conflicts', files: ['a.ts'], sessions });
    const text = forecastText([{ session: 'aaaaaaaa', forecast: foreseen }], (id) => id.slice(0, 2));
    assert.match(text, /Conflicts with main[^]*a\.ts[^]*Conflicts with "bb": b\.ts/);
    assert.match(forecastText([], String), /No session has work/);
  });
});

describe('the output of a verification', () => {
  it('is text to read: no colours, no titles, and of a rewritten line its last state', () => {
    assert.equal(
      plainOutput('\u001b[31mred\u001b[0m\u001b]0;title\u0007\n10%\r50%\r100%\nend\r\n'),
      'red\n100%\nend\n',
    );
    assert.equal(plainOutput('cut \u001b[3'), 'cut ');
    assert.equal(plainOutput('a\u0000b\u202ec\td'), 'abc\td');
  });

  it('goes to Claude with the command, its end and what the person adds', () => {
    const verify = { command: 'npm test', commit: head.commit, outcome: 'failed', exitCode: 2, startedAt: at } as const;
    const text = verifyMessage({
      verify,
      target: 'main',
      output: `${'x'.repeat(50_000)}\u001b[31mthe end`,
      advice: ' Look at a.ts. ',
    });
    assert.match(text, /onto main.*failed with exit code 2: npm test/);
    assert.ok(text.includes('Look at a.ts.') && text.endsWith('the end') && text.length < 21_000);
  });
});

describe('the steps of a landing', () => {
  const notes = (changes: Parameters<typeof landing>[0]): string[] =>
    stepLooks(landing(changes)).map(({ note }) => note);

  it('are done, under way, waiting or to come', () => {
    assert.deepEqual(notes({ progress: { done: 1, total: 3 } }), ['1 of 3', 'to do', 'to do', 'to do']);
    assert.deepEqual(notes({ state: 'paused', step: 'resolve', stop: stopOf(file()) }), [
      ...['done', 'needs you', 'to do', 'to do'],
    ]);
    assert.deepEqual(notes({ state: 'ready', step: 'verify', result: head.commit }), [
      'done',
      'not needed',
      'to do',
      'to do',
    ]);
    assert.deepEqual(notes({ state: 'aborted' }), ['to do', 'to do', 'to do', 'to do']);
  });

  it('say that something went unverified, or failed', () => {
    assert.deepEqual(notes({ state: 'landed', step: 'push' }), ['done', 'not needed', 'not verified', 'done']);
    const verify = { command: 'x', commit: head.commit, outcome: 'failed', startedAt: at } as const;
    assert.equal(notes({ state: 'paused', step: 'verify', verify })[2], 'failed');
  });
});

describe('the landing in a panel', () => {
  const feedOf = (session: Session) => {
    const shown: PanelLanding[] = [];
    const written: string[] = [];
    const asked: string[] = [];
    let now = session;
    let status = landing();
    const feed = new LandingFeed({
      session: () => now,
      status: () => {
        asked.push('status');
        return Promise.resolve({ landing: status, actions: ['abort'], verifyOutput: 'from before' });
      },
      plan: () => {
        asked.push('plan');
        return Promise.resolve(plan());
      },
      show: (update) => shown.push(update),
      output: (text) => written.push(text),
    });
    const become = (changes: Partial<Session>, next = status): Promise<void> => {
      now = { ...now, ...changes };
      status = next;
      return feed.changed();
    };
    return { feed, shown, written, asked, become };
  };
  const output = (text: string) => ({
    ...{ seq: 1, at, actor: testActor },
    body: { type: 'landing.output', data: { text } } as const,
  });

  it('is read only while somebody looks, and again when it has changed', async () => {
    const { feed, asked, become } = feedOf(landed());
    await become({ landing: summary({ updatedAt: '2026-01-01T00:00:01.000Z' }) });
    assert.deepEqual(asked, []);
    await feed.read(false);
    await become({});
    assert.deepEqual(asked, ['status']);
    await become({ landing: summary({ updatedAt: '2026-01-01T00:00:02.000Z' }) });
    assert.deepEqual(asked, ['status', 'status']);
    feed.stop();
    await become({ landing: summary({ updatedAt: '2026-01-01T00:00:03.000Z' }) });
    assert.equal(asked.length, 2);
  });

  it('shows a dry run, once for the same work, where nothing is under way', async () => {
    const { feed, shown, asked } = feedOf(aSession({ state: 'completed', head }));
    await feed.read(false);
    await feed.read(false);
    assert.equal(asked.filter((name) => name === 'plan').length, 1);
    const last = shown.at(-1);
    assert.ok(last?.kind === 'known' && last.plan?.kind === 'known');
    await feed.read(true);
    assert.equal(asked.filter((name) => name === 'plan').length, 2);
  });

  it('carries what the verification writes, also to a panel that comes later', async () => {
    const verify = { command: 'x', commit: head.commit, outcome: 'running', startedAt: at } as const;
    const { feed, shown, written, become } = feedOf(landed({ step: 'verify' }));
    await become({}, landing({ step: 'verify', verify }));
    feed.take(output('one '));
    await feed.read(false);
    feed.take(output('two'));
    const first = shown.at(-1);
    assert.ok(first?.kind === 'known' && first.verifyOutput === 'one ');
    assert.deepEqual(written, ['two']);
    await become(
      { landing: summary({ state: 'ready', step: 'verify' }) },
      landing({ verify: { ...verify, outcome: 'passed' } }),
    );
    const last = shown.at(-1);
    assert.ok(last?.kind === 'known' && last.verifyOutput === 'from before');
  });
});
