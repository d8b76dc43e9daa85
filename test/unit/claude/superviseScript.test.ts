import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';
import { eventually } from '../../support/eventually.ts';

const script = path.resolve(import.meta.dirname, '../../../media/tools/supervise.sh');

describe('the supervisor of a Claude', () => {
  let folder: string;
  let run: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-supervise-'));
    run = path.join(folder, 'runs/r1');
    await mkdir(path.join(folder, 'bin'));
  });
  afterEach(async () => {
    await supervise('stop');
    await rm(folder, { recursive: true, force: true });
  });

  const supervise = async (what: string, ...more: string[]): Promise<string> => {
    const env = { PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const { exitCode, stdout, stderr } = await runOnHost({ file: 'sh', args: [script, what, run, ...more], env });
    assert.equal(exitCode, 0, stderr);
    return stdout.toString('utf8').trim();
  };
  const becomes = async (state: RegExp): Promise<void> => {
    for (const end = Date.now() + 30_000; (await supervise('state')) === 'running' && Date.now() < end;)
      await sleep(50);
    assert.match(await supervise('state'), state);
  };

  /** How `mv` takes its time, as a case of the file that it moves. */
  const slow = async (one: string): Promise<void> => {
    const file = path.join(folder, 'bin/mv');
    await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\ncase $1 in ${one} esac\nexec mv "$@"\n`);
    await chmod(file, 0o755);
  };

  it('stops a run that has just been started, however slow that is', async function () {
    this.timeout(90_000);
    await slow('*/pid.new) mv "$@"; sleep 2; exit ;;');
    await supervise('start', '0', '--', 'sleep', '1000');
    await supervise('stop');
    await becomes(/^exited 1(?:37|43)$/);
  });

  it('says how a run ended that was stopped, however slow it is to write that down', async function () {
    this.timeout(90_000);
    await slow('*exit.new) sleep 2 ;;');
    await supervise('start', '0', '--', 'sh', '-c', 'echo ready; exec sleep 1000');
    // Before that a signal may be lost.
    await eventually(() => existsSync(path.join(run, 'output')) && statSync(path.join(run, 'output')).size > 0);
    await eventually(() => existsSync(path.join(run, 'claude.pid')));
    await supervise('stop');
    await becomes(/^exited 143$/);
  });
});
