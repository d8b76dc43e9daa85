import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CliError } from '../../../src/cli/cliError.ts';
import { commandTable } from '../../../src/cli/commandTable.ts';
import { cliBed, session } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';

const made = { session: session({ state: 'completed' }), result: 'It \x1b[31mworks\x1b[0m.', files: [], commits: [] };
const hostile = '\x1b]0;owned\x07evil\x1b[2J\u202ename';

describe('the flotilla command', () => {
  it('prints help with examples for every command', async () => {
    for (const { name, examples, hidden } of commandTable) {
      if (hidden === true) continue;
      const bed = cliBed(new FakeEngine({}));
      assert.equal(await bed.run(...name.split(' '), '--help'), 0);
      assert.ok(bed.out.text.includes(`Usage: flotilla ${name}`), bed.out.text);
      assert.ok(examples.length > 0, name);
      for (const [line] of examples) assert.ok(bed.out.text.includes(line), line);
    }
  });

  it('names every exit code in its help', async () => {
    const bed = cliBed(new FakeEngine({}));
    assert.equal(await bed.run('--help'), 0);
    for (const code of [0, 1, 2, 3, 4, 5, 6, 70, 130]) assert.match(bed.out.text, new RegExp(`^  ${code} `, 'm'));
    assert.equal(await bed.run('--version'), 0);
    assert.match(bed.out.text, /1\.2\.3/);
  });

  for (const args of [
    ['nonsense'],
    ['show'],
    ['list', '--nope'],
    ['new', '/tmp'],
    ['list', '--state', 'x'],
    ['new', '.', '-p', 'x', '--cpus', 'two'],
    ['new', '.', '-p', 'x', '--memory', 'lots'],
  ])
    it(`takes "${args.join(' ')}" for wrong usage, on standard error or as JSON`, async () => {
      const bed = cliBed(new FakeEngine({}));
      assert.equal(await bed.run(...args), 2);
      assert.match(bed.err.text, /^flotilla: /);
      assert.equal(bed.out.text, '');
      assert.equal(await bed.run(...args, '--json'), 2);
      const { error } = JSON.parse(bed.out.text) as { error: { code: string; kind: string; message: string } };
      assert.deepEqual([error.code, error.kind], ['invalid-input', 'user']);
    });

  for (const [code, exitCode] of [
    ['unknown-session', 3],
    ['work-not-home', 4],
    ['docker-denied', 5],
    ['internal', 70],
    ['claude-failed', 1],
  ] as const)
    it(`ends with ${exitCode} when the engine says ${code}`, async () => {
      const fail = (): never => {
        throw new CliError(code, 'A sentence.', 'a\nb');
      };
      const bed = cliBed(new FakeEngine({ 'session.output': fail }));
      assert.equal(await bed.run('show', 'x'), exitCode);
      assert.match(bed.err.text, /^flotilla: A sentence\.\n {2}a\n {2}b\n/);
      assert.equal(await bed.run('show', 'x', '--json'), exitCode);
      const body = JSON.parse(bed.out.text) as { error: { code: string; detail: string } };
      assert.deepEqual([body.error.code, body.error.detail], [code, 'a\nb']);
    });

  it('says which command helps, to people alone', async () => {
    const fail = (): never => {
      throw new CliError('unknown-session', 'There is no session "x".');
    };
    const reason = { code: 'no-credentials', message: 'Flotilla has no Anthropic credentials.' };
    const waiting = session({ state: 'waiting', reason });
    const checks = [
      { id: 'orphans', title: 'Environments', status: 'warning', message: 'No session owns a.', advice: 'Remove it.' },
    ];
    const engine = new FakeEngine({
      'session.push': fail,
      'session.output': () => ({ ...made, session: waiting }),
      'system.doctor': () => ({ checks }),
    });
    const bed = cliBed(engine);
    await bed.run('push', 'x');
    assert.equal(bed.err.text, 'flotilla: There is no session "x".\nThe sessions there are: flotilla list\n');
    await bed.run('show', 'x');
    assert.match(bed.out.text, /no Anthropic credentials\. Set ANTHROPIC_API_KEY/);
    await bed.run('doctor');
    assert.match(bed.out.text, /Remove it\.\n +flotilla adopt <id>, or flotilla remove <id> --orphan\n/);
    const json = cliBed(engine);
    await json.run('push', 'x', '--json');
    await json.run('doctor', '--json');
    assert.ok(!`${json.out.text}${json.err.text}`.includes('flotilla '), json.out.text);
  });

  it('says how to set another credential where that is refused', async () => {
    const reason = { code: 'credential-refused', message: 'The API refused the credential (401).' };
    const waiting = session({ state: 'waiting', reason });
    const bed = cliBed(new FakeEngine({ 'session.output': () => ({ ...made, session: waiting }) }));
    await bed.run('show', 'x');
    assert.match(bed.out.text, /credential \(401\)\. Set ANTHROPIC_API_KEY/);
  });

  it('says until when a session waits that goes on by itself', async () => {
    const reason = { code: 'api-limited', message: 'The API limits requests.', until: '2099-02-03T10:05:00.000Z' };
    const waiting = session({ state: 'waiting', reason });
    const bed = cliBed(
      new FakeEngine({
        'session.list': () => ({ sessions: [waiting] }),
        'session.output': () => ({ ...made, session: waiting }),
        'session.send': () => ({ session: waiting }),
      }),
    );
    for (const args of [['list'], ['show', 'x'], ['send', 'x', 'more']] as const) {
      bed.out.text = '';
      await bed.run(...args);
      assert.match(bed.out.text, args[0] === 'list' ? /waiting until 3/ : /waiting until 3 Feb \d\d:\d5/);
    }
  });

  it('lets go of the engine also when a command fails', async () => {
    const engine = new FakeEngine({});
    assert.equal(await cliBed(engine).run('show', 'x'), 70);
    assert.equal(engine.open, 0);
  });

  it('lists sessions in a table that fits the terminal', async () => {
    const sessions = [
      session({
        name: 'a name that is much too long for any terminal of eighty columns and goes on',
        activity: { kind: 'needs-input', since: '2026-01-02T03:04:05.000Z' },
        context: { usedTokens: 50_000, windowTokens: 200_000 },
        usage: { ...session().usage, requests: 3, costUsd: 0.1234 },
      }),
      session({ id: 'zzzzzzzz', state: 'failed' }),
    ];
    const bed = cliBed(new FakeEngine({ 'session.list': () => ({ sessions, seq: 1 }) }));
    bed.out.columns = 100;
    assert.equal(await bed.run('list'), 0);
    const lines = bed.out.text.trimEnd().split('\n');
    assert.ok(
      lines.every((line) => line.length <= 100),
      bed.out.text,
    );
    assert.match(lines[1] ?? '', /^bcdfghjk {2}a name.*\.\.\. {2}running, needs input {2}\d+[dhms] +\$0\.123 {2}25%/);
    assert.match(lines[2] ?? '', /zzzzzzzz .* failed /);
  });

  it('takes from text that a session made what a terminal would act on', async () => {
    const evil = session({ name: hostile, reason: { code: 'x', message: hostile } });
    const engine = new FakeEngine({
      'session.list': () => ({ sessions: [evil], seq: 1 }),
      'session.output': () => ({ ...made, session: evil, files: [{ path: `${hostile}\n.ts`, status: 'added' }] }),
    });
    const bed = cliBed(engine);
    await bed.run('list');
    await bed.run('show', 'x');
    assert.ok(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(bed.out.text), JSON.stringify(bed.out.text));
    assert.ok(bed.out.text.includes('evilname'));
    assert.ok(bed.out.text.includes('A evilname .ts'));
  });

  it('shows what a session made, and the whole of it as JSON', async () => {
    const bed = cliBed(new FakeEngine({ 'session.output': () => made }));
    assert.equal(await bed.run('show', 'fix-login'), 0);
    assert.match(bed.out.text, /^It works\./);
    const json = cliBed(new FakeEngine({ 'session.output': () => made }));
    assert.equal(await json.run('show', 'fix-login', '--json'), 0);
    assert.deepEqual(JSON.parse(json.out.text), made);
  });

  it('gives a pipe the exact patch, and a terminal a clean one', async () => {
    const patch = 'diff --git a/x b/x\n+evil\x1b[2J\r\n';
    const engine = new FakeEngine({
      'session.diff': () => ({ from: 'a', to: 'b', files: [], patch, truncated: false }),
    });
    const pipe = cliBed(engine);
    await pipe.run('diff', 'x');
    assert.equal(pipe.out.text, patch);
    const terminal = cliBed(engine);
    terminal.out.isTTY = true;
    await terminal.run('diff', 'x');
    assert.ok(!terminal.out.text.includes('\x1b[2J'));
    assert.ok(terminal.out.text.includes('\x1b[32m+evil'));
  });

  it('hides no line of a patch, whatever stands in it', async () => {
    const patch = '+// \x1b]harmless\n+steal()\r// fine\n+\u202eok\u009b8m\n';
    const engine = new FakeEngine({
      'session.diff': () => ({ from: 'a', to: 'b', files: [], patch, truncated: false }),
      'session.list': () => ({ sessions: [session({ name: 'a\u009b2J' })], seq: 1 }),
    });
    const terminal = cliBed(engine);
    terminal.out.isTTY = true;
    await terminal.run('diff', 'x');
    assert.equal(
      terminal.out.text.replace(/\x1b\[\d+m/g, ''),
      '+// ^[]harmless\n+steal()^M// fine\n+<U+202E>ok<U+009B>8m\n',
    );
    const json = cliBed(engine);
    await json.run('list', '--json');
    assert.match(json.out.text, /"a\\u009b2J"/);
  });

  it('has no colours with NO_COLOR or on a dumb terminal', async () => {
    const engine = new FakeEngine({ 'session.output': () => made });
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const bed = cliBed(engine);
      Object.assign(bed.env, env);
      bed.out.isTTY = true;
      await bed.run('show', 'x');
      assert.ok(!bed.out.text.includes('\x1b'));
    }
  });

  it('asks on a terminal before it removes, and refuses elsewhere without --yes', async () => {
    const engine = new FakeEngine({ 'session.remove': () => ({ removed: 'bcdfghjk' }) });
    const pipe = cliBed(engine);
    assert.equal(await pipe.run('remove', 'fix-login'), 2);
    assert.match(pipe.err.text, /--yes/);
    const terminal = cliBed(engine);
    terminal.stdin.isTTY = true;
    terminal.stdin.end('n\n');
    assert.equal(await terminal.run('remove', 'fix-login'), 130);
    assert.deepEqual(engine.calls, []);
    assert.equal(await pipe.run('remove', 'fix-login', '--discard', '--yes'), 0);
    assert.deepEqual(engine.calls, [{ name: 'session.remove', input: { session: 'fix-login', discard: true } }]);
  });

  it('fails as doctor when a check failed, with what to do', async () => {
    const checks = [
      { id: 'git', title: 'git', status: 'ok', message: '2.39' },
      { id: 'docker', title: 'Docker', status: 'failed', message: 'no daemon', advice: 'Start Docker.' },
    ];
    const bed = cliBed(new FakeEngine({ 'system.doctor': () => ({ checks }) }));
    assert.equal(await bed.run('doctor'), 1);
    assert.match(bed.out.text, /^ok {7}git: 2\.39\nfailed {3}Docker: no daemon\n {9}Start Docker\.\n$/);
    checks.pop();
    assert.equal(await bed.run('doctor'), 0);
  });

  it('sends a follow-up from the line or from standard input', async () => {
    const engine = new FakeEngine({ 'session.send': () => ({ session: session({ queued: 1 }) }) });
    const bed = cliBed(engine);
    assert.equal(await bed.run('send', 'x', 'also a test'), 0);
    bed.stdin.end('from a pipe\n');
    assert.equal(await bed.run('send', 'x', '-'), 0);
    assert.deepEqual(
      engine.calls.map(({ input }) => (input as { text: string }).text),
      ['also a test', 'from a pipe\n'],
    );
  });

  it('does not start an engine to say that none runs, or to stop it', async () => {
    const engine = new FakeEngine({});
    engine.isRunning = false;
    const bed = cliBed(engine);
    assert.equal(await bed.run('engine', 'status'), 5);
    assert.equal(await bed.run('engine', 'stop'), 0);
    assert.deepEqual(engine.wishes, [{ start: 'never' }, { start: 'never' }]);
  });

  describe('with a log of the engine', () => {
    let folder = '';
    before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'flotilla-cli-'))));
    after(() => rm(folder, { recursive: true }));

    it('shows its last lines for a person, or as they are', async () => {
      const engine = new FakeEngine({});
      engine.logFile = path.join(folder, 'engine.log');
      const line = (n: number): string => `{"level":30,"time":0,"msg":"line ${n}","room":"git"}\n`;
      await writeFile(engine.logFile, [1, 2, 3].map(line).join(''));
      const bed = cliBed(engine);
      assert.equal(await bed.run('engine', 'logs', '-n', '2'), 0);
      assert.equal(bed.out.text, '00:00:00.000 info  line 2 room=git\n00:00:00.000 info  line 3 room=git\n');
      const json = cliBed(engine);
      assert.equal(await json.run('engine', 'logs', '-n', '1', '--json'), 0);
      assert.equal(json.out.text, line(3));
    });
  });
});
