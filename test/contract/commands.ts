import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { sleep } from '../../src/engine/base/clock.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { noSignal } from '../support/runtimeBed.ts';
import { describePart } from './contractBed.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const commands = describePart('commands', (bed) => {
  let environment: Environment;
  before(async () => {
    environment = await bed().provision({ network: 'none', variables: { ALWAYS: 'there' } });
  });
  after(async () => {
    await bed().runtime.discard(environment.sessionId, noSignal);
  });

  it('run as the user, in the workspace folder, with variables, and tell their exit code', async () => {
    const { exitCode, stdout, stderr } = await environment.run({
      command: ['sh', '-c', 'id -un; pwd; echo "$ALWAYS $GREETING"; echo oops >&2; exit 7'],
      variables: { GREETING: 'a b=c $(id)' },
    });
    assert.equal(stdout.toString(), `${environment.user}\n${environment.workspaceFolder}\nthere a b=c $(id)\n`);
    assert.equal(stderr, 'oops\n');
    assert.equal(exitCode, 7);
    assert.notEqual(environment.user, 'root');
  });

  it('run where they are told to', async () => {
    const { stdout } = await environment.run({ command: ['pwd'], cwd: '/' });
    assert.equal(stdout.toString(), '/\n');
  });

  it('tell every kind of end: 0, 255, a signal', async () => {
    for (const [line, code] of [
      ['exit 0', 0],
      ['exit 255', 255],
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
    ] as const)
      assert.equal((await environment.run({ command: ['sh', '-c', line] })).exitCode, code, line);
  });

  it('take arguments and variables without a shell in between', async () => {
    const odd = ['$HOME', '`id`', 'a b', "it's", '"', '', '*', 'ü\n\\', '-n', '%s', '\u001b[31m', '😀'];
    const { stdout } = await environment.run({
      command: ['sh', '-c', 'printf "%s|" "$@" "$ODD"', 'sh', ...odd],
      variables: { ODD: odd.join('=') },
    });
    assert.equal(stdout.toString(), [...odd, odd.join('=')].map((one) => `${one}|`).join(''));
  });

  it('see the end of their input and go on with their output', async () => {
    const exec = await environment.exec({ command: ['sh', '-c', 'wc -c; sleep 0.3; echo after'] });
    exec.stdin.write('12345');
    exec.stdin.end('67890');
    const [output] = await Promise.all([text(exec.stdout), text(exec.stderr)]);
    assert.equal(output.replaceAll(' ', ''), '10\nafter\n');
    assert.equal(await exec.exitCode, 0);
  });

  it('may end without having read their input', async () => {
    const input = Buffer.alloc(4 * 1024 * 1024, 'x');
    const { exitCode, stdout } = await environment.run({ command: ['sh', '-c', 'exec <&-; echo done'], input });
    assert.equal(exitCode, 0);
    assert.equal(stdout.toString(), 'done\n');
  });

  it('keep what they say on each of two streams apart, floods included', async () => {
    const line = 'head -c 3000000 /dev/zero & head -c 2000000 /dev/zero >&2; wait';
    const { exitCode, stdout, stderr } = await environment.run({ command: ['sh', '-c', line] });
    assert.deepEqual([exitCode, stdout.length, stderr.length], [0, 3_000_000, 2_000_000]);
  });

  it('pass large input and output unchanged', async () => {
    const bytes = Buffer.alloc(24 * 1024 * 1024, 'flotilla-');
    const { stdout, truncated } = await environment.run({ command: ['cat'], input: bytes, maxBytes: bytes.length });
    assert.equal(truncated, false);
    assert.equal(digest(stdout), digest(bytes));
  });

  it('have only as much of their output kept as was asked for', async () => {
    const { exitCode, stdout, truncated } = await environment.run({
      command: ['head', '-c', '3000000', '/dev/zero'],
      maxBytes: 1000,
    });
    assert.deepEqual([exitCode, stdout.length, truncated], [0, 1000, true]);
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

  it('that do not exist end with 126 or 127', async () => {
    const { exitCode } = await environment.run({ command: ['no-such-program'] });
    assert.ok(exitCode === 126 || exitCode === 127, String(exitCode));
  });

  it('run side by side without a byte in the wrong place', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const input = Buffer.alloc(200_000, `${index},`);
        const { stdout } = await environment.run({ command: ['cat'], input });
        return digest(stdout) === digest(input);
      }),
    );
    assert.deepEqual(
      all,
      all.map(() => true),
    );
  });

  it('settle without an exit code when the environment goes away under them', async () => {
    const dying = await bed().provision({ network: 'none' });
    const exec = await dying.exec({ command: ['sleep', '1000'] });
    for (const stream of [exec.stdout, exec.stderr]) stream.resume();
    await bed().runtime.discard(dying.sessionId, noSignal);
    assert.equal(await exec.exitCode, undefined);
    await assert.rejects(dying.run({ command: ['true'] }), (error) => FlotillaError.is(error, 'environment-gone'));
    assert.equal(await dying.status(), 'gone');
  });
});
