import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sleep } from '../../src/engine/base/clock.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { becomes, noSignal, openRuntimeBed, type RuntimeBed, shell } from '../support/runtimeBed.ts';

describe("commands in a dev container's environment", function () {
  this.timeout(60_000);
  let bed: RuntimeBed;
  let close: (() => Promise<void>) | undefined;
  let environment: Environment;

  before(async function () {
    bed = await openRuntimeBed(this);
    close = bed.close;
    environment = await bed.provision({ network: 'none' });
  });
  after(async () => {
    await close?.();
  });

  it('run as the user, in the workspace folder, with variables, and tell their exit code', async () => {
    const result = await environment.run({
      command: ['sh', '-c', 'id -un; pwd; echo "$GREETING"; echo oops >&2; exit 7'],
      variables: { GREETING: 'a b=c $(id)' },
    });
    assert.equal(result.stdout.toString(), 'node\n/workspaces/sample\na b=c $(id)\n');
    assert.equal(result.stderr, 'oops\n');
    assert.equal(result.exitCode, 7);
  });

  it('take arguments without a shell in between', async () => {
    const odd = ['$HOME', '`id`', 'a b', "it's", '"', '', '*', 'ü\n\\'];
    const result = await environment.run({ command: ['printf', '%s|', ...odd] });
    assert.equal(result.stdout.toString(), odd.map((one) => `${one}|`).join(''));
  });

  it('see the end of their input and go on with their output', async () => {
    const exec = await environment.exec({ command: ['sh', '-c', 'wc -c; sleep 0.3; echo after'] });
    exec.stdin.write('12345');
    exec.stdin.end('67890');
    const [output] = await Promise.all([text(exec.stdout), text(exec.stderr)]);
    assert.equal(output, '10\nafter\n');
    assert.equal(await exec.exitCode, 0);
  });

  it('pass large input and output unchanged', async () => {
    const bytes = Buffer.alloc(24 * 1024 * 1024, 'flotilla-');
    const result = await environment.run({ command: ['cat'], input: bytes, maxBytes: bytes.length });
    assert.equal(result.truncated, false);
    const digest = (buffer: Buffer): string => createHash('sha256').update(buffer).digest('hex');
    assert.equal(digest(result.stdout), digest(bytes));
  });

  it('have only as much of their output kept as was asked for', async () => {
    const result = await environment.run({ command: ['head', '-c', '3000000', '/dev/zero'], maxBytes: 1000 });
    assert.equal(result.stdout.length, 1000);
    assert.equal(result.truncated, true);
    assert.equal(result.exitCode, 0);
  });

  it('wait while nobody reads their output', async () => {
    const exec = await environment.exec({ command: ['sh', '-c', 'head -c 50000000 /dev/zero; touch /tmp/written'] });
    exec.stdin.end();
    exec.stderr.resume();
    await sleep(500);
    const written = await environment.run({ command: ['test', '-e', '/tmp/written'] });
    assert.equal(written.exitCode, 1);
    let size = 0;
    for await (const chunk of exec.stdout as AsyncIterable<Buffer>) size += chunk.length;
    assert.equal(size, 50_000_000);
    assert.equal(await exec.exitCode, 0);
  });

  it('cost under 90 ms for nothing, even on a busy machine', async () => {
    const times: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      const start = performance.now();
      await environment.run({ command: ['true'] });
      times.push(performance.now() - start);
    }
    // The fastest third: what the way itself costs when the machine has nothing else to do.
    const typical = times.sort((a, b) => a - b)[5]!;
    assert.ok(typical < 90, `${typical.toFixed(0)} ms`);
  });

  it('that do not exist end with 126 or 127', async () => {
    const { exitCode } = await environment.run({ command: ['no-such-program'] });
    assert.ok(exitCode === 126 || exitCode === 127, String(exitCode));
  });

  describe('with a terminal', () => {
    it('have its size, and follow a change of it', async () => {
      const exec = await environment.exec({
        command: ['sh', '-c', 'trap "stty size" WINCH; sleep 0.2; stty size; while :; do sleep 0.05; done'],
        tty: { cols: 91, rows: 31 },
      });
      const seen = collecting(exec.stdout);
      await becomes(() => seen.text.includes('31 91'));
      await exec.resize(120, 40);
      await becomes(() => seen.text.includes('40 120'));
      await exec.kill();
      assert.notEqual(await exec.exitCode, 0);
    });

    it('get keys as a person types them', async () => {
      const exec = await environment.exec({ command: ['sh'], tty: { cols: 80, rows: 24 } });
      const seen = collecting(exec.stdout);
      exec.stdin.write('echo $((6*7))\r');
      await becomes(() => seen.text.includes('42'));
      exec.stdin.write('exit 5\r');
      assert.equal(await exec.exitCode, 5);
    });
  });

  describe('that are killed', () => {
    const children = (tag: string): string => `sleep 87${tag} & (setsid sleep 86${tag}) & sleep 85${tag}`;
    const living = (tag: string): Promise<string> =>
      shell(
        environment,
        `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o 'sleep 8[5-7]${tag}' | sort -u`,
      ).catch(() => '');

    it('end with their children, and nothing else ends', async () => {
      const other = await environment.exec({ command: ['sleep', '1234'] });
      const exec = await environment.exec({ command: ['sh', '-c', children('001')] });
      for (const stream of [exec.stdout, exec.stderr, other.stdout, other.stderr]) stream.resume();
      await becomes(async () => (await living('001')).split('\n').length >= 3);
      await exec.kill();
      assert.equal(await exec.exitCode, 143);
      assert.equal(await living('001'), '');
      assert.match(await shell(environment, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"), /sleep 1234/);
      await other.kill();
    });

    it('end when they ignore a polite request', async () => {
      const exec = await environment.exec({
        command: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'],
      });
      exec.stderr.resume();
      const seen = collecting(exec.stdout);
      await becomes(() => seen.text.includes('ready'));
      await exec.kill();
      assert.equal(await exec.exitCode, 137);
    });

    it('end by the signal they were started with, and `run` rejects as cancelled', async () => {
      const abort = new AbortController();
      const running = environment.run({ command: ['sh', '-c', children('002')] }, abort.signal);
      await becomes(async () => (await living('002')).split('\n').length >= 3);
      abort.abort();
      await assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
      assert.equal(await living('002'), '');
    });

    it('leave what they detached on purpose', async () => {
      const exec = await environment.exec({
        command: ['sh', '-c', 'setsid sh -c "sleep 4321 >/dev/null 2>&1 </dev/null &" ; sleep 4322'],
      });
      for (const stream of [exec.stdout, exec.stderr]) stream.resume();
      const all = (): Promise<string> => shell(environment, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
      await becomes(async () => /sleep 4321 .*sleep 4322|sleep 4322 .*sleep 4321/.test(await all()));
      await exec.kill();
      assert.match(await all(), /sleep 4321/);
      assert.doesNotMatch(await all(), /sleep 4322/);
    });
  });

  describe('and files', () => {
    it('are written for the user, with the folders they need', async () => {
      await environment.writeFiles([
        { path: '/flotilla/claude/deep/er/settings.json', content: '{"ü":1}' },
        { path: '/flotilla/claude/run.sh', content: 'echo hi', mode: 0o755 },
        { path: '/workspaces/sample/a', content: new Uint8Array([0, 255, 10]) },
      ]);
      const listing = await shell(
        environment,
        'cd /flotilla/claude; stat -c "%U %a %n" . deep deep/er deep/er/settings.json run.sh /workspaces/sample /workspaces/sample/a; cat deep/er/settings.json; od -An -tu1 /workspaces/sample/a',
      );
      assert.deepEqual(listing.trim().split('\n'), [
        'node 700 .',
        'node 700 deep',
        'node 700 deep/er',
        'node 600 deep/er/settings.json',
        'node 755 run.sh',
        'node 755 /workspaces/sample',
        'node 600 /workspaces/sample/a',
        '{"ü":1}   0 255  10',
      ]);
    });

    it('can not be written where the session may not write', async () => {
      await assert.rejects(environment.writeFiles([{ path: '/flotilla/tools/evil.sh', content: '' }]));
      await assert.rejects(environment.writeFiles([{ path: '/workspaces/../etc/evil', content: '' }]));
    });

    it('replace a link instead of following it', async () => {
      await shell(environment, 'echo safe > /tmp/target; ln -s /tmp/target /flotilla/claude/link');
      await environment.writeFiles([{ path: '/flotilla/claude/link', content: 'new' }]);
      assert.equal(await shell(environment, 'cat /tmp/target /flotilla/claude/link'), 'safe\nnew');
    });
  });

  it('settle without an exit code when the environment dies under them', async () => {
    const dying = await bed.provision({ network: 'none' });
    const exec = await dying.exec({ command: ['sleep', '1000'] });
    for (const stream of [exec.stdout, exec.stderr]) stream.resume();
    await bed.runtime.discard(dying.sessionId, noSignal);
    assert.equal(await exec.exitCode, undefined);
    await assert.rejects(dying.run({ command: ['true'] }), (error) => FlotillaError.is(error, 'environment-gone'));
  });
});

function collecting(stream: Readable): { text: string } {
  const seen = { text: '' };
  stream.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  return seen;
}
