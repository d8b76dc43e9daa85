import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { startOnHost } from '../../../src/engine/process/run.ts';

const module = pathToFileURL(path.resolve(import.meta.dirname, '../../../src/cli/rawTerminal.ts')).href;
/** Takes a terminal over, says what becomes of its mode, and listens to nobody yet. */
const program = `
  import { RawTerminal } from ${JSON.stringify(module)};
  const stdin = { setRawMode: (on) => process.stdout.write(on ? 'raw' : 'plain') };
  new RawTerminal(stdin, process.stdout);
  setInterval(() => undefined, 1000);`;

describe('a terminal that was taken over', function () {
  this.timeout(60_000);

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    it(`is given back when ${signal} comes before anybody listens`, async () => {
      const running = startOnHost({ file: process.execPath, args: ['--input-type=module', '--eval', program] });
      running.stderr.resume();
      let said = '';
      running.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
      while (!said.includes('\x1b[?1049h')) await once(running.stdout, 'data');
      assert.ok(running.pid !== undefined);
      const isRead = once(running.stdout, 'end');
      process.kill(running.pid, signal);
      assert.equal((await running.ended).exitCode, code);
      await isRead;
      assert.match(said, /^raw[^]*\x1b\[\?1049l[^]*plain$/);
    });
});
