import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { z } from 'zod';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { labelled } from '../support/leftovers.ts';
import { git, type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { bash, sessionOf } from '../support/sessions.ts';

/** The main job, from the command line as a user types it: task in, commits out. */
describe('flotilla new, to finished commits', function () {
  this.timeout(180_000);
  let flotilla: Flotilla;
  let sample: SampleRepository;
  let id = '';

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      scenario: {
        rules: [
          {
            match: 'describe the pear',
            steps: [
              bash("printf '# Pear\\n' > fruit/pear.md && git add -A && git commit -qm 'Describe the pear'"),
              bash("printf 'not committed' > notes.txt && printf 'more' >> README.md"),
              { text: 'The pear is described.' },
            ],
          },
          {
            match: 'and the plum',
            steps: [
              bash("printf '# Plum\\n' > fruit/plum.md && git add fruit/plum.md && git commit -qm 'Describe the plum'"),
              { text: 'The plum too.' },
            ],
          },
        ],
      },
    });
    sample = await sampleRepository(flotilla.folder, undefined, 'my orchard ü');
  });
  after(() => flotilla.close());

  it('runs Claude in a dev container and brings its commits home', async () => {
    const { exitCode, stdout, stderr } = await flotilla.run([
      'new',
      sample.folder,
      '--prompt',
      'describe the pear',
      ...flotilla.buildArguments,
    ]);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /Describe the pear/);
    [id = ''] = await flotilla.sessionIds();
    const session = await sessionOf(flotilla, id);
    assert.equal(session.state, 'completed');
    assert.equal(session.head?.ahead, 1);
    assert.equal(session.resultText, 'The pear is described.');
    assert.match(session.branch, /^flotilla\/describe-the-pear-/);
  });

  it('counts tokens, cost and turns once, as Claude itself does', async () => {
    const { usage, turns, context } = await sessionOf(flotilla, id);
    assert.ok(
      usage.requests >= 3 && usage.inputTokens > 0 && usage.outputTokens > 0 && usage.costUsd > 0,
      JSON.stringify(usage),
    );
    assert.ok(turns >= 1);
    assert.ok(
      context !== undefined && context.usedTokens > 0 && context.windowTokens >= 100_000,
      JSON.stringify(context),
    );
  });

  it("leaves the user's folder as it was", async () => {
    assert.equal(await sample.git('status', '--porcelain'), '');
    assert.equal(await sample.git('branch', '--list', '--all', '*flotilla*'), '');
  });

  it('shows committed and uncommitted work as a diff', async () => {
    const diff = await flotilla.run(['diff', id]);
    assert.equal(diff.exitCode, 0, diff.stderr);
    for (const part of ['fruit/pear.md', 'notes.txt', '+not committed', 'README.md'])
      assert.ok(diff.stdout.includes(part), `${part} is not in\n${diff.stdout}`);
    const committed = await flotilla.run(['diff', id, '--branch']);
    assert.ok(committed.stdout.includes('pear.md') && !committed.stdout.includes('notes.txt'), committed.stdout);
  });

  it('refuses to remove work that was never pushed', async () => {
    const { exitCode, stderr } = await flotilla.run(['remove', id, '--yes']);
    assert.equal(exitCode, 4, stderr);
    assert.match(stderr, /not pushed/);
    assert.equal((await flotilla.sessionIds()).length, 1);
  });

  it('goes on with the same conversation when a message is sent to it', async () => {
    await flotilla.run(['send', id, 'and the plum']);
    const session = await flotilla.until(id, ({ state, head }) => state === 'completed' && head?.ahead === 2);
    assert.equal(session.resultText, 'The plum too.');
    const asked = flotilla.api.requests.filter(({ prompt }) => prompt?.includes('and the plum'));
    assert.ok(
      asked.some(({ body }) => body.includes('describe the pear')),
      'the earlier conversation was not there',
    );
  });

  it("pushes the session's branch to the folder's own remote, and says so when there is nothing new", async () => {
    const pushed = z.object({ commit: z.string(), branch: z.string(), upToDate: z.boolean() });
    const first = await flotilla.json(pushed, ['push', id]);
    assert.equal(await git(sample.remote, 'rev-parse', `refs/heads/${first.branch}`), first.commit);
    assert.equal(
      await git(sample.remote, 'log', '--format=%s', '-2', first.branch),
      'Describe the plum\nDescribe the pear',
    );
    assert.equal((await flotilla.json(pushed, ['push', id])).upToDate, true);
  });

  it('still refuses to remove uncommitted work, and names it', async () => {
    const { exitCode, stderr } = await flotilla.run(['remove', id, '--yes']);
    assert.equal(exitCode, 4);
    assert.match(stderr, /uncommitted changes/);
  });

  it('leaves nothing behind when removed', async () => {
    const removed = await flotilla.run(['remove', id, '--discard', '--yes']);
    assert.equal(removed.exitCode, 0, removed.stderr);
    assert.deepEqual(await labelled(`flotilla.session=${id}`), []);
    assert.deepEqual(await flotilla.sessionIds(), []);
    const shown = await flotilla.run(['show', id]);
    assert.equal(shown.exitCode, 3);
  });
});
