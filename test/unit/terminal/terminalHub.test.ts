import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../../../src/engine/base/log.ts';
import { TerminalHub } from '../../../src/engine/terminal/terminalHub.ts';
import { flowControl } from '../../../src/protocol/terminal.ts';
import { FakeExec } from './fakeExec.ts';
import { FakeViewer } from './fakeViewer.ts';

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 400) assert.fail('it did not come to pass within 2 s');
    await wait(5);
  }
}

describe('the terminal of a session', () => {
  const hubs: TerminalHub[] = [];
  const bed = (keepMs = 1000): { hub: TerminalHub; execs: FakeExec[] } => {
    const execs: FakeExec[] = [];
    const hub = new TerminalHub({
      open: () => {
        execs.push(new FakeExec());
        return Promise.resolve(execs.at(-1)!);
      },
      log: silentLog,
      keepMs,
    });
    hubs.push(hub);
    return { hub, execs };
  };
  afterEach(async () => {
    await Promise.all(hubs.splice(0).map((hub) => hub.close()));
  });

  it('opens one stream for any number of viewers, also when they come at the same moment', async () => {
    const { hub, execs } = bed();
    await Promise.all([hub.attach('a', new FakeViewer()), hub.attach('a', new FakeViewer())]);
    await hub.attach('a', new FakeViewer());
    assert.equal(execs.length, 1);
  });

  it('gives a late viewer the screen, its modes and then what follows, nothing lost and nothing twice', async () => {
    const { hub, execs } = bed();
    const first = new FakeViewer();
    await hub.attach('a', first);
    execs[0]!.say('\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[2;5r\x1b[31mred\x1b[3;7Hhere');
    await until(() => first.text().includes('here'));
    const late = new FakeViewer();
    await hub.attach('a', late);
    for (const mode of ['?1049h', '?1000h', '?1006h', '?2004h', '?25l', '2;5r'])
      assert.ok(late.text().includes(`\x1b[${mode}`), mode);
    execs[0]!.say(' and more');
    await until(() => late.text().includes(' and more'));
    assert.deepEqual(await late.lines(), await first.lines());
    assert.deepEqual(late.screen.cursor(), first.screen.cursor());
    assert.equal((await late.lines())[2], '      here and more');
  });

  it('keeps viewers that come at any moment of a torrent at the same screen', async () => {
    const { hub, execs } = bed();
    const viewers = [new FakeViewer()];
    await hub.attach('a', viewers[0]!);
    const text = Buffer.from(
      Array.from(
        { length: 400 },
        (_, line) => `\x1b[3${line % 8}mzeile ${line} äöü 漢字 \x1b]0;t${line}\x07\x1b[0m\r\n`,
      ).join(''),
    );
    for (let at = 0; at < text.length; at += 97) {
      execs[0]!.say(text.subarray(at, at + 97));
      if (at % (97 * 9) === 0) {
        await wait(0);
        const viewer = new FakeViewer();
        viewers.push(viewer);
        await hub.attach('a', viewer);
      }
    }
    execs[0]!.say('the end');
    await until(() => viewers.every((viewer) => viewer.text().endsWith('the end')));
    const expected = await viewers[0]!.lines();
    for (const viewer of viewers) assert.deepEqual(await viewer.lines(), expected);
    assert.ok(viewers.length > 10);
  });

  it('answers the program itself and swallows what viewers answer', async () => {
    const { hub, execs } = bed();
    const handles = await Promise.all([hub.attach('a', new FakeViewer()), hub.attach('a', new FakeViewer())]);
    execs[0]!.say('\x1b[c\x1b[6n');
    let typed = '';
    await until(() => (typed += execs[0]!.typed()).includes('R'));
    for (const handle of handles) handle.input(Buffer.from('\x1b[?1;2c\x1b[5;9R'));
    handles[0].input(Buffer.from('x'));
    typed += execs[0]!.typed();
    assert.equal(typed.match(/\x1b\[\?[\d;]+c/g)?.length, 1);
    assert.equal(typed.match(/\x1b\[\d+;\d+R/g)?.length, 1);
    assert.ok(typed.endsWith('x'));
  });

  it('gives a viewer that is behind no more bytes, and the present screen once it has caught up', async () => {
    const { hub, execs } = bed();
    const [slow, quick] = [new FakeViewer(), new FakeViewer()];
    const slowHandle = await hub.attach('a', slow);
    const quickHandle = await hub.attach('a', quick);
    for (let round = 0; round < 40; round += 1) {
      const before = quick.received.length;
      execs[0]!.say(`${'.'.repeat(64 * 1024 - 2)}\r\n`);
      await until(() => quick.received.length >= before + 64 * 1024);
      quickHandle.receive({ type: 'ack', bytes: 64 * 1024 });
    }
    execs[0]!.say('newest');
    await until(() => quick.text().endsWith('newest'));
    assert.ok(slow.received.length < flowControl.pauseAt + 128 * 1024, `${slow.received.length} bytes`);
    slowHandle.receive({ type: 'ack', bytes: slow.received.length });
    assert.equal(slow.messages.filter((message) => message.type === 'snapshot').length, 2);
    assert.deepEqual(await slow.lines(), await quick.lines());
  });

  it('has the size of the viewer with the focus and tells it to the others', async () => {
    const { hub, execs } = bed();
    const [one, two] = [new FakeViewer(), new FakeViewer()];
    const first = await hub.attach('a', one);
    const second = await hub.attach('a', two);
    first.receive({ type: 'focus', size: { cols: 100, rows: 30 } });
    second.receive({ type: 'resize', size: { cols: 50, rows: 10 } });
    first.receive({ type: 'resize', size: { cols: 101, rows: 31 } });
    second.receive({ type: 'focus', size: { cols: 60, rows: 20 } });
    await until(() => execs[0]!.resizes.at(-1) === '60x20');
    assert.ok(!execs[0]!.resizes.includes('50x10'));
    const sizes = (viewer: FakeViewer): number[] =>
      viewer.messages.flatMap((m) => (m.type === 'size' ? [m.size.cols] : []));
    assert.deepEqual([sizes(one), sizes(two)], [[60], [100, 101]]);
  });

  it('keeps the stream a while after the last viewer and then lets go of it', async () => {
    const { hub, execs } = bed(60);
    const handle = await hub.attach('a', new FakeViewer());
    await handle.close();
    await wait(20);
    const again = await hub.attach('a', new FakeViewer());
    await wait(100);
    assert.deepEqual([execs.length, execs[0]!.killed], [1, 0]);
    await again.close();
    await until(() => execs[0]!.killed === 1);
    await hub.attach('a', new FakeViewer());
    assert.equal(execs.length, 2);
  });

  it('tells every viewer when the stream ends and opens a new one for the next', async () => {
    const { hub, execs } = bed();
    const viewers = [new FakeViewer(), new FakeViewer()];
    for (const viewer of viewers) await hub.attach('a', viewer);
    execs[0]!.say('bye');
    execs[0]!.stdout.end();
    await until(() => viewers.every((viewer) => viewer.messages.at(-1)?.type === 'ended'));
    assert.ok(viewers[0]!.text().endsWith('bye'));
    assert.equal(execs[0]!.killed, 0);
    await hub.attach('a', new FakeViewer());
    assert.equal(execs.length, 2);
  });

  it('ends a stream that breaks, so that no client is left behind in the environment', async () => {
    const { hub, execs } = bed();
    const viewer = new FakeViewer();
    await hub.attach('a', viewer);
    execs[0]!.stdout.destroy(new Error('connection reset'));
    await until(() => viewer.messages.at(-1)?.type === 'ended');
    await until(() => execs[0]!.killed === 1);
  });

  it('ends a stream that comes up after the engine has begun to leave', async () => {
    const exec = new FakeExec();
    const opening = Promise.withResolvers<FakeExec>();
    const hub = new TerminalHub({ open: () => opening.promise, log: silentLog });
    const attached = hub.attach('a', new FakeViewer());
    const closed = hub.close();
    opening.resolve(exec);
    await assert.rejects(attached, { code: 'cancelled' });
    await closed;
    assert.equal(exec.killed, 1);
  });

  it('tells whoever attaches why the stream could not be opened, and tries again for the next', async () => {
    let tries = 0;
    const open = (): Promise<never> => Promise.reject(new Error(`try ${(tries += 1)}`));
    const hub = new TerminalHub({ open, log: silentLog });
    await assert.rejects(hub.attach('a', new FakeViewer()), /try 1/);
    await assert.rejects(hub.attach('a', new FakeViewer()), /try 2/);
  });
});
