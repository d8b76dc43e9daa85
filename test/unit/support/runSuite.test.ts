import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runSuite } from '../../support/runSuite.ts';
import { Tally } from '../../support/tally.ts';

describe('the runner of tests', () => {
  let folder = '';
  const support = path.resolve(import.meta.dirname, '../../support');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-runner-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs one test file of this text, and gives the counts and what was said. */
  async function run(text: string, limitMs = 50_000): Promise<{ tally: Tally; said: string; code: number }> {
    const file = path.join(folder, 'a.test.ts');
    await writeFile(file, text);
    const lines: string[] = [];
    const tally = new Tally((line) => lines.push(line));
    await runSuite({ name: 'suite', files: [file], testMs: 2000, limitMs, quiet: true }, tally);
    const code = tally.close();
    return { tally, code, said: lines.join('\n') };
  }

  it('counts what passed and what failed, and closes with one line of counts', async () => {
    const { said, code } = await run("it('a', () => {}); it('b', () => { throw new Error('no good'); });");
    assert.equal(said.split('\n').at(-1), '1 passed, 1 failed, 0 skipped');
    assert.match(said, /no good/);
    assert.equal(code, 1);
  });

  it('fails and names the test into which an unhandled rejection falls', async () => {
    const { tally } = await run(
      "it('drops a promise', () => { void Promise.reject(new Error('dropped')); return new Promise(() => undefined); });",
    );
    assert.equal(tally.failed, 1);
    assert.match(tally.failures[0] ?? '', /drops a promise[^]*dropped/);
  });

  it('fails and names the test in which the process died', async () => {
    const { tally } = await run("it('leaves', () => process.exit(0));");
    assert.match(tally.failures[0] ?? '', /ended early \(exit code 0\), in or after: leaves/);
  });

  it('fails when a file cannot be loaded', async () => {
    const { tally } = await run("import './missing.ts';");
    assert.match(tally.failures[0] ?? '', /while its files were loaded/);
  });

  it('hears all of it, however much that is, before the process is gone', async () => {
    const { tally } = await run("it('talks', () => { throw new Error('x'.repeat(20_000_000)); });");
    assert.equal(tally.failures.length, 1);
    assert.ok((tally.failures[0] ?? '').length > 20_000_000);
  });

  it('ends a test that hangs and would not let go', async () => {
    const hangs = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
    // Long enough for the process to come as far as the test.
    const { tally } = await run(`it('hangs', () => { ${hangs}; });`, 10_000);
    assert.match(tally.failures[0] ?? '', /did not end within 10 s, in or after: hangs/);
  });

  describe('with something missing', () => {
    const text = `
      import { cannotRunHere, skipFor } from '${support}/skips.ts';
      it('needs a whale', function () { skipFor(this, 'no whale on this machine'); });
      describe('on Windows', () => {
        before(function () { cannotRunHere(this, 'this is no Windows'); });
        it('opens a pipe', () => {});
      });`;
    const ci = process.env['CI'];

    afterEach(() => {
      if (ci === undefined) delete process.env['CI'];
      else process.env['CI'] = ci;
    });

    it('prints the reason of a skip and counts it, and lists what can never be had without counting it', async () => {
      delete process.env['CI'];
      const { said, code } = await run(text);
      assert.match(said, /needs a whale: skipped, no whale on this machine/);
      assert.match(said, /not counted\n {2}on Windows › opens a pipe: this is no Windows/);
      assert.equal(said.split('\n').at(-1), '0 passed, 0 failed, 1 skipped');
      assert.equal(code, 0);
    });

    it('takes a skip for a failure under CI', async () => {
      process.env['CI'] = 'true';
      const { said, code } = await run(`${text}\nit.skip('later', () => {});`);
      assert.equal(said.split('\n').at(-1), '0 passed, 2 failed, 0 skipped');
      assert.equal(code, 1);
    });
  });
});
