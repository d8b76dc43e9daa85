import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { runOnHost, startOnHost } from '../../../src/engine/process/run.ts';
import { devcontainerUp } from '../../../src/engine/runtime/devcontainer/devcontainerCli.ts';

const noSignal = new AbortController().signal;

/** A stand-in for the CLI: a script that says what the real one was seen to say. */
describe('devcontainer up', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-cli-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function up(script: string, signal = noSignal, onCut?: () => void): Promise<{ id: string; steps: string[] }> {
    const file = path.join(folder, 'devcontainer.cjs');
    await writeFile(file, script);
    const steps: string[] = [];
    const request = { config: '/c/devcontainer.json', folder: '/c', idLabels: ['a=1', 'b=2'], onCut };
    const id = await devcontainerUp(
      { script: file, cacheFolder: folder, clientVariables: {} },
      request,
      (step) => steps.push(step),
      signal,
    );
    return { id, steps };
  }
  const says = (result: object, ...events: object[]): string =>
    `${events.map((event) => `console.error(${JSON.stringify(JSON.stringify(event))});`).join('')}
     console.log(${JSON.stringify(JSON.stringify(result))});`;
  // A killed process whose parent is gone may stay as a zombie where the machine's first process reaps nobody.
  const isAlive = async (pid: number): Promise<boolean> => {
    const { stdout } = await runOnHost({ file: 'ps', args: ['-o', 'stat=', '-p', String(pid)] });
    return /^[^Z]/.test(stdout.toString().trim());
  };

  async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
    for (const end = Date.now() + 30_000; ;) {
      const seen = await look();
      if (isSo(seen)) return seen;
      assert.ok(Date.now() < end, `still ${String(seen)}`);
      await sleep(20);
    }
  }

  it('leaves nothing running when the engine itself is killed', async () => {
    const pids = path.join(folder, 'pids');
    await writeFile(
      path.join(folder, 'devcontainer.cjs'),
      `const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
       require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
       setInterval(() => undefined, 1000);`,
    );
    const door = path.resolve(import.meta.dirname, '../../../src/engine/runtime/devcontainer/devcontainerCli.ts');
    const options = { script: path.join(folder, 'devcontainer.cjs'), cacheFolder: folder, clientVariables: {} };
    const request = { config: '/c/devcontainer.json', folder: '/c', idLabels: [] };
    const engine = startOnHost({
      file: process.execPath,
      args: [
        '--input-type=module',
        '--eval',
        `import { devcontainerUp } from ${JSON.stringify(door)};
         await devcontainerUp(${JSON.stringify(options)}, ${JSON.stringify(request)}, () => {}, new AbortController().signal);`,
      ],
    });
    const told = await until(
      () => readFile(pids, 'utf8').catch(() => ''),
      (text) => / \d+$/.test(text),
    );
    process.kill(engine.pid ?? 0, 'SIGKILL');
    for (const pid of told.split(' ').map(Number))
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      );
  });

  it('tells its steps without their arguments and answers the container', async () => {
    const { id, steps } = await up(
      says(
        { outcome: 'success', containerId: 'c1', remoteUser: 'node' },
        { type: 'start', text: 'Run: docker run --label x=secret-looking' },
        { type: 'stop', text: 'Run: docker run' },
        { type: 'start', text: 'Starting container' },
      ),
    );
    assert.equal(id, 'c1');
    assert.deepEqual(steps, ['Run: docker run', 'Starting container']);
  });

  it('tells none of its steps after its answer', async () => {
    const { steps } = await up(
      `const { writeSync } = require('fs');
       const step = JSON.stringify({ type: 'start', text: 'Starting container' }) + '\\n';
       writeSync(1, '{"outcome":"success","containerId":"c1"}\\n');
       for (;;) writeSync(2, step);`,
    );
    const told = steps.length;
    await sleep(100);
    assert.equal(steps.length, told);
  });

  it('is given everything as arguments of its own', async () => {
    await up(
      `require('fs').writeFileSync(__dirname + '/args', JSON.stringify(process.argv.slice(2)));
       console.log('{"outcome":"success","containerId":"c1"}')`,
    );
    const args = await readFile(path.join(folder, 'args'), 'utf8');
    for (const one of ['up', '--config=/c/devcontainer.json', '--id-label=a=1', '--id-label=b=2', '--skip-post-create'])
      assert.ok(args.includes(JSON.stringify(one)), one);
  });

  it('does not wait for what the CLI leaves running, and ends it', async () => {
    await up(
      `const child = require('child_process').spawn('sleep', ['100'], { stdio: 'ignore' });
       require('fs').writeFileSync(__dirname + '/pid', String(child.pid));
       console.log('{"outcome":"success","containerId":"c1"}')`,
    );
    const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8'));
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });

  it('says when it was killed, for what it asked Docker for may still come', async () => {
    const isCut = async (script: string): Promise<boolean> => {
      let cut = 0;
      await assert.rejects(
        up(script, noSignal, () => (cut += 1)),
        (error) => FlotillaError.is(error, 'start-failed'),
      );
      return cut === 1;
    };
    assert.equal(await isCut("process.kill(process.pid, 'SIGKILL')"), true);
    assert.equal(await isCut(says({ outcome: 'error', message: 'No.' })), false);
  });

  it('fails for what Docker said, not for a word in the command line', async () => {
    const command = 'docker run --name=fix-unauthorized-error';
    const script = `${says(
      { outcome: 'error', message: `Command failed: ${command}`, description: 'An error occurred' },
      {
        type: 'text',
        text: '\u001b[31mdocker: Error response from daemon: Minimum memory limit allowed is 6MB\u001b[39m',
      },
      { type: 'text', text: `Error: Command failed: ${command}\n more` },
    )} console.error('Error: Command failed: ${command}\\n    at x'); process.exitCode = 1;`;
    await assert.rejects(up(script), (error) => {
      assert.ok(FlotillaError.is(error, 'start-failed'));
      assert.match(error.message, /limits/);
      assert.match(error.detail!, /^docker: Error response from daemon: Minimum memory/);
      assert.doesNotMatch(error.detail!, /unauthorized/);
      return true;
    });
  });

  it('fails with the last lines when the CLI ends without an answer', async () => {
    await assert.rejects(
      up(`console.log('{"outcome":'); console.error('it broke'); process.exit(3)`),
      (error) => FlotillaError.is(error, 'start-failed') && error.detail?.includes('{"outcome":') === true,
    );
  });

  it('is cancelled with all its processes', async () => {
    const abort = new AbortController();
    const running = up(
      `const child = require('child_process').spawn('sleep', ['100'], { stdio: 'ignore' });
       process.on('SIGTERM', () => {});
       require('fs').writeFileSync(__dirname + '/pid', child.pid + ' ' + process.pid);
       setInterval(() => {}, 1000);`,
      abort.signal,
    );
    let pids: number[] = [];
    while (pids.length === 0) {
      await sleep(20);
      pids = (await readFile(path.join(folder, 'pid'), 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number);
    }
    abort.abort();
    await assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
    assert.equal(pids.length, 2);
    for (const pid of pids)
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      );
  });
});
