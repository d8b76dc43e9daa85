import assert from 'node:assert/strict';
import { CliError } from '../../../src/cli/cliError.ts';
import type { LandingPlan } from '../../../src/protocol/landing.ts';
import { cliBed, event, until } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';
import { aLanding as landing } from '../../support/storedLanding.ts';
import { commit, file, landingBed, stopOf } from './landings.ts';

const plan: LandingPlan = {
  target: { branch: 'main', commit: commit('a') },
  head: commit('b'),
  fastForward: false,
  upToDate: false,
  behind: 2,
  commits: [
    {
      ...{ id: commit('1'), subject: 'Describe the \x1b[2Japple', author: 'Ada', at: '2026-01-02T03:04:05.000Z' },
      ...{ outcome: 'conflict', conflicts: [{ path: 'fruit/apple.md', kind: 'content', hunks: 2 }] },
    },
    {
      ...{ id: commit('2'), subject: 'Merge', author: 'Ada', at: '2026-01-02T03:04:05.000Z' },
      ...{ outcome: 'merge', carries: true, conflicts: [] },
    },
  ],
  notices: ['Uncommitted work stays behind.'],
  verify: { suggestions: ['npm test'] },
};

describe('flotilla land', () => {
  it('shows a landing to its end: conflicts, who resolved them and why, the verification, and where it went', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'fix-login');
    await until(() => bed.engine.names().includes('landing.land'));
    bed.become({ step: 'resolve', stop: stopOf(file()), progress: { done: 1, total: 3 } });
    await until(() => cli.out.text.includes('conflict'));
    const settled = file({ state: 'accepted', by: 'claude', confidence: 0.934, why: 'Both \x1b[2Jare kept.' });
    bed.become({ step: 'rebase', resolved: [stopOf({ ...settled, warnings: ['A line vanished.'] })] });
    bed.become({ stop: undefined, step: 'verify', moved: true, result: commit('e') });
    const verify = { command: 'npm test', commit: commit('e'), startedAt: '2026-01-02T03:04:06.000Z' };
    bed.become({ verify: { ...verify, outcome: 'running' } });
    await until(() => cli.out.text.includes('verify '));
    bed.write('ok 1 \x1b[32mgood\x1b[0m\nok ');
    bed.write('2\nlast');
    await until(() => cli.out.text.includes('ok 2'));
    bed.become({ verify: { ...verify, outcome: 'passed', exitCode: 0 }, step: 'push' });
    const push = { mode: 'branch', remote: 'origin', branch: 'flotilla/fix', commit: commit('e') } as const;
    const at = '2026-01-02T03:04:07.000Z';
    bed.become({
      ...{ state: 'landed', reason: { code: 'landed', message: 'It is home.' } },
      pushes: [{ ...push, at, pullRequestUrl: 'https://example.com/pull' }],
    });
    assert.equal(await running, 0);
    assert.deepEqual(cli.out.text.split('\n'), [
      'stop       ddddddddd Describe the apple',
      'conflict   fruit/apple.md (content)',
      'resolved   fruit/apple.md by Claude, confidence 93%',
      '           Both are kept.',
      '           ! A line vanished.',
      'verify     npm test',
      '           ok 1 good',
      '           ok 2',
      '           last',
      'verified   npm test',
      'pushed     eeeeeeeee to flotilla/fix on origin',
      '           Pull request: https://example.com/pull',
      'landed     It is home.',
      '',
    ]);
    assert.match(cli.err.text, /^Rebasing onto main \.\.\.\nResolving 1 conflicted file \.\.\.\n/);
    assert.equal(bed.engine.open, 0);
  });

  it('shows what a verification writes before how it ended, however late the news comes', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'fix-login');
    await until(() => bed.engine.names().includes('landing.land'));
    const verify = { command: 'npm test', commit: commit('e'), startedAt: '2026-01-02T03:04:06.000Z' };
    const push = { mode: 'branch', remote: 'origin', branch: 'flotilla/fix', commit: commit('e') } as const;
    // All of it has happened before the first of it is heard.
    bed.become({ step: 'verify', verify: { ...verify, outcome: 'running' }, updatedAt: '2026-01-02T03:04:06.001Z' });
    bed.write('ok 1\n');
    const passed = { ...verify, outcome: 'passed', exitCode: 0 } as const;
    bed.become({ step: 'push', verify: passed, updatedAt: '2026-01-02T03:04:07.000Z' });
    bed.become({
      ...{ state: 'landed', reason: { code: 'landed', message: 'It is home.' } },
      ...{ pushes: [{ ...push, at: verify.startedAt }], updatedAt: '2026-01-02T03:04:08.000Z' },
    });
    assert.equal(await running, 0);
    assert.deepEqual(cli.out.text.split('\n'), [
      'verify     npm test',
      '           ok 1',
      'verified   npm test',
      'pushed     eeeeeeeee to flotilla/fix on origin',
      'landed     It is home.',
      '',
    ]);
  });

  it('asks for what was chosen, and for nothing that was not', async () => {
    const asked = async (...args: string[]): Promise<unknown> => {
      const bed = landingBed(landing({ state: 'landed' }));
      assert.equal(await cliBed(bed.engine).run('land', 'x', ...args), 0);
      return bed.engine.calls.find(({ name }) => name === 'landing.land')?.input;
    };
    assert.deepEqual(await asked(), { session: 'x' });
    assert.deepEqual(
      await asked(
        ...['--onto', 'release', '--squash', '--message', 'Fix it', '--verify', 'make', '--verify-timeout', '90'],
        ...['--unverified', '--by-hand', '--threshold', '0.5', '--budget', '2.5', '--no-lock-files'],
      ),
      {
        ...{ session: 'x', target: 'release', push: 'squash', message: 'Fix it', verify: 'make', verifyTimeout: 90 },
        ...{ unverified: true, resolve: 'person', threshold: 0.5, budgetUsd: 2.5, lockFiles: false },
      },
    );
    assert.deepEqual(await asked('--to', 'target', '--resolve', 'claude'), {
      ...{ session: 'x', push: 'target', resolve: 'claude' },
    });
  });

  for (const args of [
    ['--threshold', '2'],
    ['--budget', 'much'],
    ['--verify-timeout', '-1'],
    ['--to', 'nowhere'],
    ['--to', 'branch', '--squash'],
    ['--message', 'without squash'],
    ['--by-hand', '--resolve', 'claude'],
  ])
    it(`takes "${args.join(' ')}" for wrong usage`, async () => {
      const bed = landingBed(undefined);
      const cli = cliBed(bed.engine);
      assert.equal(await cli.run('land', 'x', ...args), 2);
      assert.match(cli.err.text, /^flotilla: /);
      assert.deepEqual(bed.engine.names(), []);
    });

  for (const [code, exitCode] of [
    ['conflicts', 6],
    ['proposals', 6],
    ['unverified', 6],
    ['target-moved', 6],
    ['verify-failed', 1],
    ['push-denied', 4],
    ['docker-failed', 5],
  ] as const)
    it(`ends with ${exitCode} when it waits because of ${code}`, async () => {
      const bed = landingBed(undefined);
      const cli = cliBed(bed.engine);
      const running = cli.run('land', 'x');
      await until(() => bed.engine.names().includes('landing.land'));
      bed.become({ state: 'paused', reason: { code, message: 'It waits.', detail: 'a\nb' } }, ['continue', 'abort']);
      assert.equal(await running, exitCode);
      assert.match(cli.out.text, /paused {5}It waits\.\n {11}a\n {11}b\n$/);
      assert.match(cli.err.text, /^ {2}flotilla landing continue bcdfghjk( --unverified)? /m);
      assert.match(cli.err.text, /^ {2}flotilla landing abort bcdfghjk /m);
    });

  it('says what to type for files that wait, in words that a shell takes', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'x');
    await until(() => bed.engine.names().includes('landing.land'));
    const open = file({ path: "it's $(here).md", kind: 'modify-delete', deletedBy: 'ours' });
    const stop = stopOf(open, file({ path: 'b.ts', state: 'proposed', by: 'claude', confidence: 0.4 }));
    const reason = { code: 'conflicts', message: 'Two files wait.' };
    bed.become({ state: 'paused', step: 'resolve', stop, reason }, ['resolve', 'continue', 'abort']);
    assert.equal(await running, 6);
    assert.match(cli.out.text, /it's \$\(here\)\.md \(modify-delete, deleted by the target\)/);
    assert.match(cli.out.text, /proposed {3}b\.ts by Claude, confidence 40%/);
    assert.match(cli.err.text, /resolve bcdfghjk --path 'it'\\''s \$\(here\)\.md' --take ours /);
    assert.match(cli.err.text, /conflict bcdfghjk b\.ts /);
    assert.doesNotMatch(cli.err.text, /landing continue/);
  });

  it('never offers a path with what a terminal would act on', async () => {
    const stop = stopOf(file({ path: 'a\x1b]0;x\x07\u202eb' }));
    const bed = landingBed(landing({ state: 'paused', stop, reason: { code: 'conflicts', message: 'x' } }));
    bed.become({}, ['resolve']);
    const cli = cliBed(bed.engine);
    assert.equal(await cli.run('landing', 'x'), 0);
    assert.doesNotMatch(cli.out.text + cli.err.text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    assert.match(cli.err.text, /--path <path> --take ours/);
  });

  it('is not over because of what was before', async () => {
    const bed = landingBed(landing({ state: 'paused', reason: { code: 'unverified', message: 'x' } }));
    bed.become({});
    const engine = bed.engine;
    const cli = cliBed(engine);
    bed.become({ state: 'running' });
    const running = cli.run('landing', 'continue', 'x', '--unverified');
    await until(() => engine.names().filter((name) => name === 'landing.status').length >= 3);
    bed.become({ state: 'landed', reason: { code: 'landed', message: 'It is home.' } });
    assert.equal(await running, 0);
    assert.match(cli.out.text, /landed {5}It is home/);
  });

  it('leaves a landing to the engine at Ctrl-C, and says how to come back', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'x');
    await until(() => bed.engine.names().includes('landing.land'));
    bed.become({ step: 'resolve', stop: stopOf(file()) });
    await until(() => cli.out.text.includes('conflict'));
    cli.interrupt?.();
    assert.equal(await running, 130);
    assert.match(cli.err.text, /flotilla landing status -f bcdfghjk .* flotilla landing abort bcdfghjk/);
    assert.ok(!bed.engine.names().includes('landing.abort'));
  });

  it('returns at once when asked to, and follows later', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    assert.equal(await cli.run('land', 'x', '--detach'), 0);
    assert.match(cli.out.text, /^landing {4}Landing onto main\.\n$/);
    const following = cli.run('landing', 'status', '-f', 'x');
    await until(() => bed.engine.names().filter((name) => name === 'landing.status').length === 3);
    bed.become({ state: 'aborted', reason: { code: 'aborted', message: 'It was given up.' } });
    assert.equal(await following, 130);
  });

  it('prints events and the landing as JSON, one document a line', async () => {
    const bed = landingBed(undefined);
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'x', '--json');
    await until(() => bed.engine.names().includes('landing.land'));
    bed.write('ok\n');
    bed.become({ state: 'landed' }, ['undo']);
    assert.equal(await running, 0);
    const documents = cli.out.text.trimEnd().split('\n');
    assert.deepEqual(
      documents.map((line) => Object.keys(JSON.parse(line) as object)),
      [['event'], ['event'], ['actions', 'landing']],
    );
    assert.equal(cli.err.text, '');
  });

  it('ends when the session is removed meanwhile', async () => {
    let isGone = false;
    const status = (): unknown => {
      if (isGone) throw new CliError('unknown-session', 'There is no such session.');
      return { actions: [], landing: landing() };
    };
    const bed = landingBed(landing(), { 'landing.status': status });
    const cli = cliBed(bed.engine);
    const running = cli.run('land', 'x');
    await until(() => bed.engine.names().includes('landing.land'));
    isGone = true;
    bed.engine.happen(event({ type: 'session.removed', data: {} }));
    assert.equal(await running, 3);
  });

  it('shows a plan and changes nothing', async () => {
    const engine = new FakeEngine({ 'landing.plan': () => ({ plan }) });
    const cli = cliBed(engine);
    assert.equal(await cli.run('land', 'x', '--plan', '--onto', 'main', '--verify', 'make'), 0);
    assert.deepEqual(engine.calls, [{ name: 'landing.plan', input: { session: 'x', target: 'main', verify: 'make' } }]);
    const lines = cli.out.text.split('\n');
    assert.equal(lines[0], '2 commits to land on main (aaaaaaaaa), which is 2 commits ahead.');
    assert.match(cli.out.text, /^111111111 {2}Describe the apple .* 1 conflict$/m);
    assert.match(cli.out.text, /^222222222 {2}Merge .* merge, left out, with changes of its own$/m);
    assert.match(cli.out.text, /^111111111 {2}fruit\/apple\.md \(content, 2 places\)$/m);
    assert.match(cli.out.text, /^Verify {3}no command is known.*npm test$/m);
    assert.match(cli.out.text, /^Notice {3}Uncommitted/m);
    const json = cliBed(engine);
    assert.equal(await json.run('land', 'x', '--plan', '--json'), 0);
    assert.deepEqual(JSON.parse(json.out.text), { plan });
  });

  it('ends as every command does when the engine refuses', async () => {
    const fail = (): never => {
      throw new CliError('landing-under-way', 'A landing is under way.');
    };
    const bed = landingBed(undefined, { 'landing.land': fail });
    const cli = cliBed(bed.engine);
    assert.equal(await cli.run('land', 'x'), 4);
    assert.match(cli.err.text, /^flotilla: A landing is under way\./);
    assert.equal(bed.engine.open, 0);
  });
});
