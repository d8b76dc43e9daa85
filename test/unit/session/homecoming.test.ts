import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RunResult } from '../../../src/engine/runtime/contract.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

describe('what comes home', () => {
  let bed: RoomBed;
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    bed = new RoomBed();
  });
  afterEach(async () => {
    scratch.remove();
    await bed.close();
  });

  const says = (stdout: string): RunResult => ({
    exitCode: 0,
    stdout: Buffer.from(stdout),
    stderr: '',
    truncated: false,
  });

  /** Its commits come from a real workspace. */
  const gives = (environment: FakeEnvironment, local: LocalEnvironment): void => {
    environment.exec = async (_command, signal) => {
      const { toUploadPack, fromUploadPack, end } = await local.connect(signal ?? AbortSignal.timeout(30_000));
      const nothing = (): Promise<void> => Promise.resolve();
      const streams = { stdin: toUploadPack, stdout: fromUploadPack, stderr: Readable.from([]), exitCode: end };
      return { ...streams, resize: nothing, kill: nothing };
    };
  };

  it('is no checkpoint that is only claimed', async () => {
    const { id, environment } = bed.session({ state: 'completed' });
    environment.answer = ([, script]) => (script === 'checkpoint' ? says(`commit ${'b'.repeat(40)} 7\n`) : undefined);
    const { files } = await bed.room.reports.output(id, AbortSignal.timeout(30_000));
    assert.deepEqual(files, []);
    assert.equal(bed.get(id).checkpoint, undefined);
  });

  it('is missed when it would go with the session: what is stashed away', async () => {
    const { id, environment } = bed.session({ state: 'completed' });
    const workspace = scratch.path('workspace');
    makeRepository(workspace);
    write(workspace, { 'README.md': 'stashed' });
    git(workspace, 'stash', '--quiet');
    const stash = git(workspace, 'rev-parse', 'stash');
    const local = new LocalEnvironment(scratch.folder);
    environment.answer = ([, script]) =>
      script === 'checkpoint' ? says(`ref ${stash} refs/flotilla/stash/${stash}\nunsaved closed.txt\n`) : undefined;
    gives(environment, local);
    await assert.rejects(bed.room.sessions.remove(id, false, testActor), {
      code: 'work-not-home',
      message: /one stash .* discard/,
    });
    assert.match(bed.get(id).notices.join(), /"closed.txt"/);
    environment.answer = ([, script]) => (script === 'checkpoint' ? says('') : undefined);
    await bed.room.sessions.remove(id, false, testActor);
  });

  for (const [what, told, named] of [
    [
      'a repository inside the workspace',
      'nested lib/own',
      /repositories of its own that are not saved: lib\/own\. .* discard/,
    ],
    ['a branch that no name fits', 'left branch caf?', /not saved: branch caf\?\. .* discard/],
  ] as const) {
    it(`is missed when it would go with the session: ${what}`, async () => {
      const { id, environment } = bed.session({ state: 'completed' });
      environment.answer = ([, script]) => (script === 'checkpoint' ? says(`${told}\n`) : undefined);
      const refusal = { code: 'work-not-home', message: named };
      await assert.rejects(bed.room.sessions.remove(id, false, testActor), refusal);
      await assert.rejects(bed.room.sessions.cancel(id, testActor), refusal);
      assert.equal(environment.state, 'running');
      assert.match(bed.get(id).notices.join(), /saved/);
      await bed.room.sessions.remove(id, true, testActor);
    });
  }

  it('is missed when it would go with the session: what a linked work tree holds, until no more', async () => {
    const { id, environment } = bed.session({ state: 'completed' });
    const workspace = scratch.path('workspace');
    makeRepository(workspace);
    const work = git(workspace, 'rev-parse', 'HEAD');
    environment.answer = ([, script]) =>
      script === 'checkpoint' ? says(`ref ${work} refs/flotilla/worktrees/agent/${work}\n`) : undefined;
    gives(environment, new LocalEnvironment(scratch.folder));
    const refusal = { code: 'work-not-home', message: /linked work trees .*: agent\. .* discard/ };
    await assert.rejects(bed.room.sessions.remove(id, false, testActor), refusal);
    environment.answer = ([, script]) => (script === 'checkpoint' ? says('') : undefined);
    await bed.room.sessions.remove(id, false, testActor);
  });

  it('is missed when it would go with the session: what a tag alone holds, unless it was pushed', async () => {
    makeRepository(scratch.path('workspace'));
    const lone = git(scratch.path('workspace'), 'rev-parse', 'HEAD');
    const pushed = { commit: lone, remote: 'origin', branch: 'x', at: '2026-01-01T00:00:00.000Z' };
    const [missed, safe] = [bed.session({ state: 'completed' }), bed.session({ state: 'completed', pushed })];
    for (const { environment } of [missed, safe]) {
      environment.answer = ([, script]) => (script === 'checkpoint' ? says(`ref ${lone} refs/tags/v1/a\n`) : undefined);
      gives(environment, new LocalEnvironment(scratch.folder));
    }
    const refusal = { code: 'work-not-home', message: /tags .*: v1\/a\. .* discard/ };
    await assert.rejects(bed.room.sessions.remove(missed.id, false, testActor), refusal);
    await bed.room.sessions.remove(safe.id, false, testActor);
  });

  it('is kept when nobody can tell what of it was pushed: its history is cut off', async () => {
    const { id, environment } = bed.session({ state: 'completed' });
    makeRepository(scratch.path('other'));
    commit(scratch.path('other'), { 'a.txt': 'one' });
    git(scratch.folder, 'clone', '--quiet', '--depth=1', `file://${scratch.path('other')}`, 'workspace');
    const cut = commit(scratch.path('workspace'), { 'b.txt': 'two' });
    environment.answer = ([, script]) => (script === 'checkpoint' ? says(`ref ${cut} refs/heads/other\n`) : undefined);
    gives(environment, new LocalEnvironment(scratch.folder));
    await assert.rejects(bed.room.sessions.remove(id, false, testActor), { code: 'work-not-home', message: /discard/ });
    await bed.room.sessions.remove(id, true, testActor);
  });

  it('is looked for again after a removal that was refused, though the environment was stopped since', async () => {
    const { id, environment } = await bed.running();
    environment.answer = ([, script]) => (script === 'checkpoint' ? says('nested lib/own\n') : undefined);
    await assert.rejects(bed.room.sessions.remove(id, false, testActor), { code: 'work-not-home' });
    const before = environment.count('checkpoint');
    environment.answer = ([, script]) => (script === 'checkpoint' ? says('') : undefined);
    environment.lose('stopped');
    await bed.room.sessions.remove(id, false, testActor);
    assert.equal(environment.count('checkpoint'), before + 1);
  });

  it('can be seen while Docker does not answer', async () => {
    const { id } = bed.session({ state: 'completed' });
    bed.runtime.failure = new Error('Docker does not answer');
    const { commits } = await bed.room.reports.output(id, AbortSignal.timeout(30_000));
    assert.deepEqual(commits, []);
  });

  it('is not left out of a push without a word', async () => {
    const { id, environment } = bed.session({ state: 'completed', head: { commit: bed.base, ahead: 1 } });
    environment.answer = ([, script]) => (script === 'checkpoint' ? { ...says(''), exitCode: 1 } : undefined);
    await assert.rejects(bed.room.sessions.push(id, testActor, AbortSignal.timeout(30_000)), {
      code: 'work-not-home',
      message: /stop the session/i,
    });
  });

  it('is not waited for by who has gone away', async () => {
    const { id } = bed.session({ state: 'completed' });
    bed.runtime.failure = new Error('Docker does not answer');
    await assert.rejects(bed.room.reports.output(id, AbortSignal.abort()), { code: 'cancelled' });
  });
});
