import assert from 'node:assert/strict';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { becomes, noSignal } from '../support/runtimeBed.ts';
import { collecting, describePart, processesInside } from './contractBed.ts';

export const terminals = describePart('commands with a terminal', (bed) => {
  let environment: Environment;
  before(async () => {
    environment = await bed().provision({ network: 'none' });
  });
  after(async () => {
    await bed().runtime.discard(environment.sessionId, noSignal);
  });

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
    await exec.resize(80, 24);
  });

  it('get keys as a person types them', async () => {
    const exec = await environment.exec({ command: ['sh'], tty: { cols: 80, rows: 24 } });
    const seen = collecting(exec.stdout);
    exec.stdin.write('echo $((6*7))\r');
    await becomes(() => seen.text.includes('42'));
    exec.stdin.write('exit 5\r');
    assert.equal(await exec.exitCode, 5);
  });

  it('are interrupted by Ctrl+C, and only they', async () => {
    const line = 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done';
    const exec = await environment.exec({ command: ['sh', '-c', line], tty: { cols: 80, rows: 24 } });
    const other = await environment.exec({ command: ['sleep', '1234'], tty: { cols: 80, rows: 24 } });
    other.stdout.resume();
    const seen = collecting(exec.stdout);
    await becomes(() => seen.text.includes('ready'));
    await becomes(async () => /^sleep 1234/m.test(await processesInside(environment)));
    exec.stdin.write('\u0003');
    assert.equal(await exec.exitCode, 9);
    assert.match(seen.text, /caught/);
    assert.match(await processesInside(environment), /^sleep 1234/m);
    await other.kill();
  });

  it('say all of it on one stream', async () => {
    const exec = await environment.exec({ command: ['sh', '-c', 'echo a; echo b >&2'], tty: { cols: 80, rows: 24 } });
    const [out, err] = [collecting(exec.stdout), collecting(exec.stderr)];
    assert.equal(await exec.exitCode, 0);
    assert.equal(out.text, 'a\r\nb\r\n');
    assert.equal(err.text, '');
  });
});
