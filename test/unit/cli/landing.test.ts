import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OperationName } from '../../../src/protocol/operations.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { longestPart } from '../../../src/protocol/fileOperations.ts';
import { cliBed, session } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';
import { aLanding as landing } from '../../support/storedLanding.ts';
import { commit, file, landingBed, stopOf } from './landings.ts';

const at = '2026-01-02T03:04:05.000Z';
const done = landing({ state: 'ready', reason: { code: 'verified', message: 'It is ready.' } });

/** What a command line asks the engine, beside what every landing's command asks. */
async function askedBy(...args: string[]): Promise<(readonly [OperationName, unknown])[]> {
  const bed = landingBed(done, {
    'file.write': () => ({ stat: null }),
    'session.send': () => ({ session: session() }),
  });
  assert.equal(await cliBed(bed.engine).run(...args), 0);
  return bed.engine.calls.flatMap(({ name, input }) =>
    name === 'system.info' || name === 'landing.status' ? [] : [[name, input] as const],
  );
}

describe('flotilla landing', () => {
  for (const [line, name, input] of [
    ['landing rebase x --onto release', 'landing.rebase', { target: 'release' }],
    ['landing verify x --verify make --verify-timeout 5', 'landing.verify', { verify: 'make', verifyTimeout: 5 }],
    ['landing continue x --unverified', 'landing.continue', { unverified: true }],
    ['landing abort x', 'landing.abort', {}],
    ['landing push x --to target', 'landing.push', { push: 'target' }],
    ['push x --target --unverified', 'landing.push', { push: 'target', unverified: true }],
    ['push x --squash --message m', 'landing.push', { push: 'squash', message: 'm' }],
    ['undo x', 'landing.undo', { revertTarget: false }],
    ['undo x --revert-target', 'landing.undo', { revertTarget: true }],
    ['landing resolve x', 'landing.resolve', { path: undefined, how: 'claude', advice: undefined }],
    ['landing resolve x --advice keep', 'landing.resolve', { path: undefined, how: 'claude', advice: 'keep' }],
    ['landing resolve x --path a --take ours', 'landing.resolve', { path: 'a', how: 'ours', advice: undefined }],
    ['landing resolve x --take theirs', 'landing.resolve', { path: undefined, how: 'theirs', advice: undefined }],
    ['landing resolve x --accept', 'landing.resolve', { path: undefined, how: 'accept', advice: undefined }],
    ['landing resolve x --path a --refuse', 'landing.resolve', { path: 'a', how: 'refuse', advice: undefined }],
  ] as const)
    it(`asks for ${name} by "${line}"`, async () => {
      assert.deepEqual(await askedBy(...line.split(' ')), [[name, { session: 'x', ...input }]]);
    });

  for (const line of [
    'landing resolve x --take ours --accept',
    'landing resolve x --take mine',
    'landing resolve x --from a',
    'landing resolve x --accept --advice keep',
    'landing',
    'landing abort',
    'landing aborrt x',
    'push x --message m',
    'push x --unverified',
  ])
    it(`takes "${line}" for wrong usage`, async () => {
      const bed = landingBed(done);
      assert.equal(await cliBed(bed.engine).run(...line.split(' ')), 2);
      assert.deepEqual(bed.engine.names(), []);
    });

  it('ends well when it is given up on request', async () => {
    const bed = landingBed(landing({ state: 'aborted', reason: { code: 'aborted', message: 'As before.' } }));
    const cli = cliBed(bed.engine);
    assert.equal(await cli.run('landing', 'abort', 'x'), 0);
    assert.match(cli.out.text, /^aborted {4}As before\.\n$/);
  });

  it('shows what became of a file, and nothing that was known before', async () => {
    const before = stopOf(file(), file({ path: 'b' }));
    const after = stopOf(file({ state: 'accepted', by: 'person' }), file({ path: 'b' }));
    const reason = { code: 'conflicts', message: 'One file waits.' };
    const bed = landingBed(landing({ state: 'paused', stop: before, reason }), {
      'landing.resolve': () => {
        bed.become({ stop: after });
        return { landing: landing({ state: 'paused', stop: after, reason }) };
      },
    });
    const cli = cliBed(bed.engine);
    assert.equal(await cli.run('landing', 'resolve', 'x', '--path', 'fruit/apple.md', '--take', 'ours'), 6);
    assert.equal(cli.out.text, 'resolved   fruit/apple.md by hand\npaused     One file waits.\n');
  });

  describe('with a version of your own', () => {
    let folder = '';
    before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'flotilla-cli-'))));
    after(() => rm(folder, { recursive: true }));

    it('writes it into the landing and accepts it', async () => {
      const own = path.join(folder, 'own');
      await writeFile(own, Buffer.from([0, 255, 10]));
      assert.deepEqual(await askedBy('landing', 'resolve', 'x', '--path', 'a', '--from', own), [
        ['file.write', { session: 'x', root: 'landing', path: 'a', content: 'AP8K' }],
        ['landing.resolve', { session: 'x', path: 'a', how: 'accept', advice: undefined }],
      ]);
    });

    it('writes a long one in parts, and an empty one as it is', async () => {
      const own = path.join(folder, 'long');
      await writeFile(own, Buffer.alloc(longestPart + 1, 'x'));
      const parts = (await askedBy('landing', 'resolve', 'x', '--path', 'a', '--from', own)).slice(0, -1);
      assert.deepEqual(
        parts.map(([, input]) => {
          const { content, part } = input as { content: string; part: { offset: number; isLast: boolean } };
          return [Buffer.from(content, 'base64').length, part.offset, part.isLast];
        }),
        [
          [longestPart, 0, false],
          [1, longestPart, true],
        ],
      );
      await writeFile(own, '');
      const [[, empty] = []] = await askedBy('landing', 'resolve', 'x', '--path', 'a', '--from', own);
      assert.deepEqual(empty, { session: 'x', root: 'landing', path: 'a', content: '' });
    });

    it('says when there is none', async () => {
      const cli = cliBed(landingBed(done).engine);
      assert.equal(await cli.run('landing', 'resolve', 'x', '--path', 'a', '--from', path.join(folder, 'none')), 2);
      assert.match(cli.err.text, /can't be read \(ENOENT\)/);
    });
  });

  it('gives a pipe the exact bytes of a conflicted file, and a terminal what it may show', async () => {
    const sides = { ours: 'AP8bWzJK', current: Buffer.from('<<<<<<< a\x1b[2J\n').toString('base64'), isBinary: false };
    const engine = new FakeEngine({ 'landing.conflict': () => sides });
    const pipe = cliBed(engine);
    assert.equal(await pipe.run('landing', 'conflict', 'x', 'a', '--side', 'ours'), 0);
    assert.equal(pipe.out.text, '\x00\xff\x1b[2J');
    const terminal = cliBed(engine);
    terminal.out.isTTY = true;
    assert.equal(await terminal.run('landing', 'conflict', 'x', 'a'), 0);
    assert.equal(terminal.out.text, '<<<<<<< a^[[2J\n');
    assert.equal(await terminal.run('landing', 'conflict', 'x', 'a', '--side', 'base'), 2);
    const json = cliBed(engine);
    assert.equal(await json.run('landing', 'conflict', 'x', 'a', '--json'), 0);
    assert.deepEqual(JSON.parse(json.out.text), sides);
  });

  it('shows how it stands, with the end of what a failed verification wrote, and what can be typed', async () => {
    const ran = { command: 'npm test', commit: commit('e'), startedAt: at, uncommitted: 2 };
    const verify = { ...ran, outcome: 'failed', exitCode: 1 } as const;
    const paused = landing({
      ...{ state: 'paused', step: 'verify', moved: true, result: commit('e'), costUsd: 0.25, verify },
      reason: { code: 'verify-failed', message: 'npm test failed.' },
    });
    const verifyOutput = Array.from({ length: 30 }, (_, line) => `\x1b[31mline ${line}\x1b[0m\n`).join('');
    const status = { landing: paused, verifyOutput, actions: ['verify', 'push', 'send-output', 'abort'] };
    const cli = cliBed(new FakeEngine({ 'landing.status': () => status }));
    assert.equal(await cli.run('landing', 'x'), 0);
    const lines = cli.out.text.trimEnd().split('\n');
    assert.equal(lines[0], 'Landing    paused: npm test failed.');
    assert.equal(lines[1], 'Target     main (aaaaaaaaa)');
    assert.ok(lines.includes('Cost       $0.250'));
    assert.ok(lines.includes('red        npm test (exit code 1)'));
    assert.ok(lines.includes('           ! with 2 uncommitted files in the tree'));
    assert.equal(lines.at(-20), '           line 10');
    assert.equal(lines.at(-1), '           line 29');
    assert.match(cli.err.text, /^ {2}flotilla landing fix bcdfghjk /m);
    assert.match(cli.err.text, /^ {2}flotilla landing push bcdfghjk --unverified /m);
    const never = cliBed(new FakeEngine({ 'landing.status': () => ({ actions: ['land'] }) }));
    assert.equal(await never.run('landing', 'status', 'x'), 0);
    assert.equal(never.out.text, 'This session was never landed.\n');
  });

  it('sends Claude the output of a failed verification, fenced off from words of the user', async () => {
    const verify = { command: 'npm test', commit: commit('e'), startedAt: at, outcome: 'failed', exitCode: 1 } as const;
    const engine = new FakeEngine({
      'landing.status': () => ({ landing: landing({ verify }), verifyOutput: 'no\x1b[2J\n````\nrm', actions: [] }),
      'session.send': () => ({ session: session() }),
    });
    assert.equal(await cliBed(engine).run('landing', 'fix', 'x', '--advice', 'Look at a.ts.'), 0);
    const { text } = engine.calls.at(-1)?.input as { text: string };
    assert.match(text, /failed with exit code 1: npm test/);
    assert.match(text, /\n`````\nno\n````\nrm\n`````\n/);
    assert.match(text, /\n\nLook at a\.ts\.$/);
    const green = cliBed(new FakeEngine({ 'landing.status': () => ({ landing: landing(), actions: [] }) }));
    assert.equal(await green.run('landing', 'fix', 'x'), 4);
  });
});

describe('flotilla forecast', () => {
  const forecasts = [
    {
      session: 'bcdfghjk',
      forecast: {
        ...{ target: 'main', outcome: 'conflicts', files: ['fruit/apple.md', 'b\x1b[2J.ts'], at },
        sessions: [{ session: 'zzzzzzzz', files: ['fruit/pear.md'] }],
      },
    },
  ];

  it('shows conflicts with the target and with each other, by name', async () => {
    const engine = new FakeEngine({
      'forecast.get': () => ({ forecasts }),
      'session.list': () => ({ sessions: [session(), session({ id: 'zzzzzzzz', name: 'pears' })], seq: 1 }),
    });
    const all = cliBed(engine);
    assert.equal(await all.run('forecast'), 0);
    assert.match(all.out.text, /^fix-login {2}main {4}conflicts {2}2 {6}pears/m);
    assert.doesNotMatch(all.out.text, /apple/);
    const one = cliBed(engine);
    assert.equal(await one.run('forecast', 'x'), 0);
    assert.match(one.out.text, /\n2 files with main\n {2}fruit\/apple\.md\n {2}b\.ts\n\n1 file with pears\n {2}fruit/);
  });

  it('says when there is nothing to land', async () => {
    const cli = cliBed(new FakeEngine({ 'forecast.get': () => ({ forecasts: [] }) }));
    assert.equal(await cli.run('forecast'), 0);
    assert.match(cli.err.text, /No session has work/);
  });
});

describe('a session in a list', () => {
  const summary = {
    step: 'verify',
    reason: { code: 'x', message: 'x' },
    target: 'main',
    openFiles: 0,
    updatedAt: at,
  } as const;
  const foreseen = { target: 'main', outcome: 'clean', files: [], sessions: [], at } as const;
  const clash = [{ session: 'zzzzzzzz', files: ['a'] }];

  for (const [text, fields] of [
    ['completed', {}],
    ['completed', { forecast: foreseen }],
    ['conflicts with main', { forecast: { ...foreseen, outcome: 'conflicts' } }],
    ['conflicts with 1 session', { forecast: { ...foreseen, sessions: clash } }],
    ['landing: verify', { landing: { ...summary, state: 'running' } }],
    ['landing: 2 conflicts', { landing: { ...summary, state: 'paused', openFiles: 2 } }],
    ['landing: needs you', { landing: { ...summary, state: 'paused' } }],
    ['landing: unverified', { landing: { ...summary, state: 'paused', reason: { code: 'unverified', message: '' } } }],
    ['ready to push', { landing: { ...summary, state: 'ready' } }],
    ['failed, landed', { state: 'failed', landing: { ...summary, state: 'landed' } }],
    ['landed', { landing: { ...summary, state: 'landed' } }],
    [
      'conflicts with main',
      { landing: { ...summary, state: 'undone' }, forecast: { ...foreseen, outcome: 'conflicts' } },
    ],
  ] as [string, Partial<Session>][])
    it(`is "${text}"`, async () => {
      const sessions = [session({ state: 'completed', ...fields })];
      const cli = cliBed(new FakeEngine({ 'session.list': () => ({ sessions, seq: 1 }) }));
      cli.out.columns = 200;
      await cli.run('list');
      assert.match(cli.out.text, new RegExp(`fix-login {2}${text} {2}`));
    });
});
