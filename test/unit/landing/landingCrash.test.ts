import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { LandingBed } from '../../support/landingBed.ts';
import { eventually } from '../../support/eventually.ts';
import { git } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const { signal: within } = new AbortController();

/** Commands of the environment during which the engine ends, each at its beginning and at its end. */
const moments = [
  'checkpoint',
  'landing state',
  'landing continue',
  'landing-move move',
  'landing-move recover',
  'landing finish',
  'attend sh',
  'git rev-parse',
] as const;

describe('a landing whose engine ends in the middle', function () {
  this.timeout(120_000);
  let bed: LandingBed;
  afterEach(() => bed.close());

  const made = async (): Promise<Awaited<ReturnType<LandingBed['session']>>> => {
    bed = LandingBed.make({ 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n' });
    const session = await bed.session('work', [{ 'a.txt': 'one\nsession\nthree\n' }, { 'c.txt': 'c\n' }]);
    bed.push({ 'a.txt': 'one\nmain\nthree\n' });
    await bed.landings.land(
      { session: session.id, push: 'target', resolve: 'person', verify: 'cat c.txt' },
      testActor,
      within,
    );
    assert.equal((await bed.settled(session.id)).reason.code, 'conflicts');
    await bed.landings.resolve({ session: session.id, how: 'theirs' }, testActor, within);
    return session;
  };

  const landed = async (id: string, workspace: string): Promise<void> => {
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(git(bed.origin, 'show', 'main:a.txt'), 'one\nsession\nthree');
    assert.equal(git(bed.origin, 'rev-list', '--count', 'main'), '5');
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), git(bed.origin, 'rev-parse', 'main'));
    assert.equal(git(workspace, 'status', '--porcelain'), '');
    assert.equal(git(workspace, 'worktree', 'list').split('\n').length, 1);
    await bed.rooms.room.sessions.remove(id, false, testActor);
  };

  for (const when of ['begins', 'ended'] as const)
    for (const moment of moments)
      it(`goes on when "${moment}" ${when}`, async () => {
        const { id, environment } = await made();
        const workspace = environment.workspaceFolder;
        let gone: Promise<void> | undefined;
        const seen: string[] = [];
        environment.onCommand = (phase, what) => {
          seen.push(`${what} ${phase}`);
          if (gone !== undefined || phase !== when || !what.includes(moment) || !bed.room.busy()) return;
          gone = bed.restart();
        };
        await bed.landings.goOn({ session: id }, testActor, within).catch(() => undefined);
        await bed.settled(id).catch(() => undefined);
        await gone;
        assert.ok(gone !== undefined, `it never came to ${moment}: ${seen.join(', ')}`);
        if (bed.landing(id).state === 'paused') await bed.landings.goOn({ session: id }, testActor, within);
        await landed(id, workspace);
      });

  it('goes on when it was pushing', async () => {
    const { id, environment } = await made();
    const [mark, hook] = [bed.scratch.path('in the push'), path.join(bed.origin, 'hooks/pre-receive')];
    writeFileSync(hook, `#!/bin/sh\ntest -e '${mark}' || { touch '${mark}'; sleep 60; }\n`);
    chmodSync(hook, 0o755);
    await bed.landings.goOn({ session: id }, testActor, within);
    await eventually(
      () => existsSync(mark),
      () => 'no push',
      30_000,
    );
    await bed.restart();
    await landed(id, environment.workspaceFolder);
  });
});
