import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { sleep } from '../../../src/engine/base/clock.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { eventually } from '../../support/eventually.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

describe('an engine that comes back', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const reconcile = (): Promise<void> => bed.room.reconcile(bed.leaving.signal);
  const idle = (): Promise<void> =>
    eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
  const make = (id: string, changes: Parameters<RoomBed['session']>[0] = {}): FakeEnvironment =>
    bed.session({ id, ...changes }).environment;

  it('follows a Claude on that went on meanwhile, and tells everything once', async () => {
    const { id, environment } = await bed.running();
    environment.claude.takeUp();
    environment.claude.say({ type: 'assistant', message: { content: [{ type: 'text', text: 'one' }] } });
    await bed.restart({ reconcile: false });
    environment.claude.say({ type: 'assistant', message: { content: [{ type: 'text', text: 'two' }] } });
    await reconcile();
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    environment.claude.end(0);
    await bed.until(id, 'completed');
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 1000 });
    const texts = entries.flatMap(({ entry }) => (entry.kind === 'timeline' ? [entry.timeline.text] : []));
    assert.deepEqual(
      texts.filter((text) => ['one', 'two'].includes(text)),
      ['one', 'two'],
    );
    assert.equal(environment.claudes.length, 1);
  });

  it('sends a follow-up that may not have come to Claude again, under the same name, by which Claude leaves it out', async () => {
    const { id, environment } = await bed.running();
    const { claude } = environment;
    claude.takeUp();
    bed.store.followUps.add(id, 'one');
    claude.endTurn();
    await eventually(() => claude.heard.at(-1)?.text === 'one');
    await bed.restart();
    await eventually(() => claude.heard.length === 3);
    const [, first, again] = claude.heard;
    assert.deepEqual(again, first);
    claude.takeUp();
    claude.endTurn();
    claude.takeUp();
    await eventually(() => claude.finished);
    assert.equal(bed.get(id).queued, 0);
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 1000 });
    const told = entries.filter(({ entry }) => entry.kind === 'timeline' && entry.timeline.text === 'one');
    assert.equal(told.length, 1);
  });

  it('keeps the environment of an adopted session whose start was cut off', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: undefined });
    bed.store.documents.put('home', id, true);
    bed.store.sessions.change(id, { state: 'starting' }, testActor);
    await reconcile();
    await bed.until(id, 'running');
    assert.deepEqual(bed.runtime.discarded, []);
    assert.equal(bed.runtime.environments.get(id), environment);
  });

  it('discards what a first start was making, and begins it anew', async () => {
    const environment = make('aaaaaaaa', { state: 'starting' });
    bed.runtime.onProvision = (made) => {
      assert.notEqual(made, environment);
      return new Promise(() => undefined);
    };
    await reconcile();
    assert.deepEqual(bed.runtime.discarded, ['aaaaaaaa']);
    assert.equal(bed.get('aaaaaaaa').state, 'starting');
    assert.equal(bed.get('aaaaaaaa').environment, undefined);
    bed.room.sessions.stop('aaaaaaaa', testActor).catch(() => undefined);
    bed.runtime.onProvision = () => Promise.resolve();
  });

  it('lets no second Claude into a workspace when one was started just before it was killed', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    environment.answer = ([, script, verb]) =>
      script === 'supervise' && verb === 'start' ? new Promise(() => undefined) : undefined;
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(() => environment.count('supervise start') === 1);
    assert.equal(environment.count('stop'), 0);
    bed.build();
    environment.answer = () => undefined;
    await reconcile();
    await bed.until(id, 'running');
    assert.equal(environment.count('stop'), 1, 'what was started unseen may go on');
  });

  it('starts nothing for credentials that come before it knows what still runs', async () => {
    const { id, environment } = await bed.running();
    bed.credentials.clear();
    bed.room.trouble(id, { kind: 'no-credentials' });
    await bed.restart({ credentials: false, reconcile: false });
    bed.giveCredentials();
    await reconcile();
    await sleep(100);
    assert.equal(bed.get(id).state, 'running');
    assert.equal(environment.claudes.length, 1);
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
  });

  it('finds sessions again once Docker answers, and leaves alone what was stopped meanwhile', async function () {
    this.timeout(60_000);
    const { id, environment } = await bed.running();
    const other = bed.session({ state: 'running' });
    await bed.restart({ reconcile: false });
    bed.runtime.failure = new Error('Docker does not answer');
    await reconcile();
    assert.equal(bed.get(id).state, 'running');
    assert.equal(bed.get(id).activity?.kind, 'unknown');
    await bed.room.sessions.stop(other.id, testActor);
    bed.runtime.failure = undefined;
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    assert.equal(bed.get(other.id).state, 'stopped');
  });

  it('leaves a session waiting that waited for credentials, whatever became of its environment', async () => {
    const waiting = { state: 'waiting', reason: { code: 'no-credentials', message: 'None.' } } as const;
    const { id, environment } = bed.session({ ...waiting, claudeSessionId: 'c1' });
    environment.lose('stopped');
    bed.build({ credentials: false });
    await reconcile();
    assert.equal(bed.get(id).state, 'waiting');
    bed.giveCredentials();
    await bed.until(id, 'running');
  });

  it('says what died', async () => {
    const stopped = make('bbbbbbbb', { state: 'running' });
    stopped.lose('stopped');
    make('cccccccc', { state: 'running' }).lose('gone');
    await reconcile();
    assert.equal(bed.get('bbbbbbbb').reason.code, 'interrupted');
    assert.equal(bed.get('cccccccc').reason.code, 'environment-gone');
  });

  it("puts follow-ups that it can no longer hand over into the next engine's hands", async () => {
    const { id, environment } = await bed.running();
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    bed.store.followUps.add(id, 'later');
    environment.answer = ([, script]) => {
      if (script === 'checkpoint') void bed.room.close();
      return undefined;
    };
    environment.claude.end(0);
    await bed.until(id, 'queued');
    await idle();
    environment.answer = () => undefined;
    bed.build();
    await reconcile();
    await bed.until(id, 'running');
    await eventually(() => environment.claude.heard[0]?.text === 'later');
  });
});
