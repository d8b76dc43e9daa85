import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { armFaultPoints, faultPoint, faultPoints } from '../../../src/engine/base/faultPoint.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const file = path.join(root, 'src/engine/base/faultPoint.ts');
const sources = globSync('src/**/*.ts', { cwd: root }).map((name) => readFileSync(path.join(root, name), 'utf8'));

describe('a fault point', () => {
  let place: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    place = temporaryFolder();
  });
  afterEach(() => {
    armFaultPoints(undefined);
    place.remove();
  });

  /** A process that comes by the point, twice, with the folder it was started with. */
  const comeBy = (folder: string | undefined): ReturnType<typeof runOnHost> => {
    const script = `import { armFaultPoints, faultPoint } from ${JSON.stringify(file)};
      armFaultPoints(process.env.FAULTS); faultPoint('push.ready'); faultPoint('push.ready'); console.log('went on');`;
    const args = ['--input-type=module', '--eval', script];
    return runOnHost({ file: process.execPath, args, env: { FAULTS: folder } });
  };

  it('does nothing in an engine that was not started for it', () => {
    for (const name of Object.keys(faultPoints)) writeFileSync(path.join(place.folder, name), '');
    for (const name of Object.keys(faultPoints)) {
      faultPoint(name as keyof typeof faultPoints);
      assert.ok(existsSync(path.join(place.folder, name)));
    }
  });

  it('does nothing where no test asked for it', async () => {
    writeFileSync(path.join(place.folder, 'push.sent'), '');
    const { stdout } = await comeBy(place.folder);
    assert.equal(stdout.toString(), 'went on\n');
  });

  it('ends the process at once where a test asked for it, and only once', async () => {
    writeFileSync(path.join(place.folder, 'push.ready'), '');
    const first = await comeBy(place.folder);
    assert.deepEqual([first.signal, first.stdout.toString()], ['SIGKILL', '']);
    const second = await comeBy(place.folder);
    assert.equal(second.stdout.toString(), 'went on\n');
  });

  it('stands in the code for each name of the table', () => {
    const code = sources.join('\n');
    const steps = /faultPoint\(`landing\.\$\{landing\.step\}`\)/.test(code);
    assert.ok(steps);
    const landing = ['rebase', 'resolve', 'move', 'verify', 'push', 'undo'].map((step) => `landing.${step}`);
    const used = [...code.matchAll(/faultPoint\('([^']+)'\)/g)].map(([, name]) => name);
    assert.deepEqual([...new Set([...used, ...landing])].sort(), Object.keys(faultPoints).sort());
  });

  it('is armed by the main program alone', () => {
    assert.equal(sources.filter((text) => /\barmFaultPoints\(/.test(text)).length, 2);
    assert.equal(sources.filter((text) => text.includes("process.env['FLOTILLA_FAULT_FOLDER']")).length, 1);
  });
});
