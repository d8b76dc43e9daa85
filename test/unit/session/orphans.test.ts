import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Session } from '../../../src/protocol/session.ts';
import { describe as described } from '../../../src/engine/session/draft.ts';
import { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { aSession, testActor } from '../../support/storedSession.ts';

describe('an orphan', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const orphan = (changes: Partial<Session> = {}): FakeEnvironment => {
    const session = aSession({ base: { ref: 'main', commit: bed.base }, ...changes });
    const environment = new FakeEnvironment(session.id, described(session));
    bed.runtime.environments.set(session.id, environment);
    return environment;
  };
  const adopt = (id: string): Promise<Session> => bed.room.orphans.adopt(id, testActor, AbortSignal.timeout(30_000));

  it('is taken back at rest: whatever was at work in it belongs to no engine any more', async () => {
    const environment = orphan();
    await adopt(environment.sessionId);
    assert.deepEqual(
      environment.did.filter((one) => ['stop', 'start', 'checkpoint'].includes(one)),
      ['stop', 'start', 'checkpoint', 'stop'],
    );
    assert.equal(environment.state, 'stopped');
    await bed.room.sessions.resume({ session: environment.sessionId }, testActor);
    await bed.until(environment.sessionId, 'running');
    assert.match(environment.claude.heard[0]?.text ?? '', /go on/);
  });

  it('is taken back once, however often it is asked for at the same time', async () => {
    const { sessionId } = orphan();
    const [first, second] = await Promise.allSettled([adopt(sessionId), adopt(sessionId)]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status, 'rejected');
  });

  for (const [what, forged] of Object.entries<Partial<Session>>({
    'a repository outside its folder': { repository: { id: '../../x', source: '/repo', kind: 'folder', name: 'repo' } },
    'a name with a path': { repository: { id: 'repo', source: '/repo', kind: 'folder', name: '../x' } },
    'a branch that is an option': { branch: '--upload-pack=x' },
    'a base that is no commit': { base: { ref: 'main', commit: '--all' } },
  }))
    it(`is not taken back when its label claims ${what}`, async () => {
      const { sessionId } = orphan(forged);
      await assert.rejects(adopt(sessionId), { code: 'unknown-session' });
      assert.equal(bed.store.sessions.peek(sessionId), undefined);
    });
});
