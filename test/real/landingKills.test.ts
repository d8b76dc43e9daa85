import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { z } from 'zod';
import { runOnHost } from '../../src/engine/process/run.ts';
import { eventually } from '../support/eventually.ts';
import { HomeBed, keepBoth, resolvePrompt } from '../support/homeBed.ts';
import { git, type SampleRepository } from '../support/sampleRepository.ts';
import { sessionOf } from '../support/sessions.ts';

type Step = 'rebase' | 'resolve' | 'verify' | 'push';
type Victim = 'engine' | 'container' | 'claude';

/** Hangs, but only the first time. */
const verify = '[ -e /tmp/verified-once ] || { touch /tmp/verified-once; sleep 600; }; grep three list.txt';

/** How long Claude is kept waiting, so that nothing comes after the step before it is killed. */
const delayMs: Partial<Record<Step, number>> = { rebase: 600_000, resolve: 600_000 };

/** Commits that fit, and a last one that conflicts. Without job control, by which the shell goes on when a git is stopped for a moment. */
const commits = (count: number): string =>
  `set +m; for i in $(seq ${String(count)}); do echo $i >> other.txt; git commit -qam "Count $i"; done; ` +
  'sed -i s/two/mine/ list.txt && git commit -qam Mine';

/** kill -9 in each step of a landing: it goes on or is put right by a person, and nothing is lost, doubled or left behind. */
describe('a landing that is killed', function () {
  this.timeout(180_000);
  let bed: HomeBed;

  before(async function () {
    bed = await HomeBed.startFor(this);
  });
  after(() => bed.close());

  const asked = (): number =>
    bed.flotilla.api.requests.filter(
      ({ prompt, side }) => side === false && new RegExp(resolvePrompt).test(prompt ?? ''),
    ).length;

  const docker = async (verb: 'kill' | 'start', id: string): Promise<unknown> => {
    const { environment } = await sessionOf(bed.flotilla, id);
    return runOnHost({ file: 'docker', args: [verb, environment?.id ?? ''] });
  };
  const kill: Readonly<Record<Victim, (id: string) => Promise<unknown>>> = {
    engine: async () => {
      const { pid } = await bed.flotilla.json(z.looseObject({ pid: z.number() }), ['engine', 'status']);
      process.kill(pid, 'SIGKILL');
    },
    container: (id) => docker('kill', id),
    claude: (id) => bed.inside(id, 'pkill -9 -x claude || pkill -9 -f "claude -p"'),
  };

  /** Begins a landing and waits until it is in the middle of this step. */
  async function bringTo(step: Step, id: string, { remote }: SampleRepository): Promise<void> {
    const hook = path.join(remote, 'hooks/pre-receive');
    if (step === 'push')
      await writeFile(hook, '#!/bin/sh\ntouch pushing; until [ -e go ]; do sleep 0.1; done\n', { mode: 0o755 });
    if (step !== 'verify') await bed.inside(id, 'touch /tmp/verified-once');
    bed.resolves(keepBoth(0.95, delayMs[step]));
    const before = asked();
    await bed.ok('land', id, '--to', 'target', '--detach');
    if (step === 'rebase') await bed.until(id, ({ progress }) => (progress?.done ?? 0) > 0);
    if (step === 'resolve')
      await eventually(
        () => asked() > before,
        () => 'Claude is asked',
        120_000,
      );
    // Whoever is asked next answers at once.
    if (step === 'resolve') bed.resolves(keepBoth());
    if (step === 'verify') await bed.inside(id, 'until [ -e /tmp/verified-once ]; do sleep 0.1; done');
    if (step === 'push') await git(remote, '-c', 'alias.w=!until [ -e pushing ]; do sleep 0.1; done', 'w');
  }

  for (const [step, victim] of [
    ['rebase', 'engine'],
    ['rebase', 'container'],
    ['resolve', 'engine'],
    ['resolve', 'container'],
    ['resolve', 'claude'],
    ['verify', 'engine'],
    ['verify', 'container'],
    ['push', 'engine'],
    ['push', 'container'],
  ] as const)
    it(`in the step ${step}, of which the ${victim} dies, lands all the same`, async () => {
      const repository = await bed.repository(verify);
      // So many that the rebase can be met in the middle.
      const count = step === 'rebase' ? 150 : 1;
      const id = await bed.session(repository, commits(count));
      const made = await bed.inside(id, 'git rev-list --count origin/main..HEAD');
      assert.equal(made, String(count + 1));
      const tip = await bed.push(repository, { 'list.txt': 'one\ntheirs\nthree\n' });
      await bringTo(step, id, repository);
      await kill[victim](id);
      bed.resolves(keepBoth());
      await writeFile(path.join(repository.remote, 'go'), '');
      await bed.bringHome(id);
      assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntheirs\nmine\nthree');
      assert.equal(await git(repository.remote, 'rev-list', '--count', `${tip}..main`), String(count + 1));
      await git(repository.remote, 'fsck', '--strict');
      await docker('start', id);
      const left = await bed.inside(id, 'git status --porcelain; git worktree list | tail -n +2; git rev-parse HEAD');
      assert.equal(left, await git(repository.remote, 'rev-parse', 'main'));
    });
});
