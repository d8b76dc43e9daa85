import assert from 'node:assert/strict';
import { terminalFilter } from '../../../src/client/terminalFilter.ts';
import { type CliBed, cliBed, session, until } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';

const bedOf = (): { engine: FakeEngine; bed: CliBed } => {
  const engine = new FakeEngine({
    'system.info': () => ({ seq: 0 }),
    'session.get': () => ({ session: session({ mode: 'interactive' }) }),
  });
  const bed = cliBed(engine);
  bed.stdin.isTTY = true;
  bed.out.isTTY = true;
  return { engine, bed };
};

describe('flotilla attach', () => {
  it('shows the terminal, passes keys on, and gives the terminal back at Ctrl-]', async () => {
    const { engine, bed } = bedOf();
    const running = bed.run('attach', 'x');
    await until(() => engine.viewer !== undefined && engine.said.length > 0);
    assert.equal(bed.stdin.isRaw, true);
    engine.viewer?.message({ type: 'snapshot', size: { cols: 80, rows: 24 }, bytes: 5 });
    engine.viewer?.bytes(Buffer.from('hello'));
    await until(() => engine.said.some(({ type }) => type === 'ack'));
    bed.stdin.write('abc');
    bed.out.columns = 132;
    bed.out.emit('resize');
    await until(() => engine.typed.length === 1);
    bed.stdin.write('d\x1d');
    assert.equal(await running, 0);
    assert.deepEqual(engine.typed, ['abc', 'd']);
    assert.deepEqual(engine.said, [
      { type: 'focus', size: { cols: 80, rows: 24 } },
      { type: 'ack', bytes: 5 },
      { type: 'focus', size: { cols: 132, rows: 24 } },
    ]);
    assert.equal(bed.stdin.isRaw, false);
    assert.ok(bed.out.text.includes('hello'));
    assert.match(bed.out.text, /\x1b\[\?1049l\x1b\[23;0t$/);
    assert.match(bed.err.text, /flotilla attach bcdfghjk/);
    assert.equal(process.listenerCount('SIGHUP'), 0);
  });

  for (const key of ['\x1b[93;5u', '\x1b[27;5;93~'])
    it(`knows Ctrl-] also as ${JSON.stringify(key)}`, async () => {
      const { engine, bed } = bedOf();
      const running = bed.run('attach', 'x');
      await until(() => engine.said.length > 0);
      bed.stdin.write(key);
      assert.equal(await running, 0);
    });

  it('gives the terminal back when the session ends or the connection breaks', async () => {
    const { engine, bed } = bedOf();
    const running = bed.run('attach', 'x');
    await until(() => engine.said.length > 0);
    engine.viewer?.message({ type: 'ended', message: 'It \x1b[2Jended.' });
    assert.equal(await running, 0);
    assert.match(bed.err.text, /It ended\./);
    const broken = bed.run('attach', 'x');
    await until(() => engine.said.length > 1);
    engine.viewer?.closed(new Error('gone'));
    assert.equal(await broken, 70);
    assert.equal(bed.stdin.isRaw, false);
    assert.equal(bed.out.text.split('\x1b[?1049l').length, 3);
  });

  it('refuses where there is no terminal', async () => {
    const { bed } = bedOf();
    bed.out.isTTY = false;
    assert.equal(await bed.run('attach', 'x'), 2);
    assert.match(bed.err.text, /flotilla logs -f/);
  });
});

describe("what reaches the user's own terminal", () => {
  const filter = (text: string): string => Buffer.from(terminalFilter(Buffer.from(text))).toString('utf8');

  for (const [what, text] of [
    ['colours', '\x1b[1;38;2;1;2;3mx\x1b[0m'],
    ['cursor moves and erasing', '\x1b[3;4H\x1b[K\x1b[2J\x1b[5A\x1b[s\x1b[u'],
    ['mouse, paste and focus modes', '\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?1004h'],
    ['margins and scrolling', '\x1b[2;5r\x1b[3S\x1b[1L\x1b[4P\x1b[5X'],
    ['the cursor and its form', '\x1b[?25l\x1b[2 q\x1b7\x1b8'],
    ['soft reset', '\x1b[!p'],
    ['extended keys', '\x1b[>4;2m\x1b[>1u'],
    ['a title', '\x1b]2;my title\x07\x1b]0;other\x1b\\'],
    ['text of any script', 'äöü 漢字 😀 \u00a0'],
    ['character sets', '\x1b(0qqq\x1b(B'],
  ] as const)
    it(`are ${what}`, () => {
      assert.equal(filter(text), text);
    });

  for (const [what, text] of [
    ['the clipboard', '\x1b]52;c;ZXZpbA==\x07'],
    ['links', '\x1b]8;;https://evil\x1b\\\x1b]8;;\x07'],
    ['notifications and colours', '\x1b]9;hi\x07\x1b]777;notify;a;b\x07\x1b]11;?\x07\x1b]4;1;?\x1b\\'],
    ['device control strings', '\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x1b_Ga=q\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\'],
    ['queries', '\x1b[c\x1b[>c\x1b[=c\x1b[6n\x1b[?6n\x1b[5n\x1b[>q\x1b[?2026$p\x1b[?u\x1b[?4m\x1bZ\x05\x1b[x\x1b[1$w'],
    ['the window', '\x1b[8;10;10t\x1b[21t\x1b[2t\x1b[?3h\x1b[?40h'],
    ['the printer', '\x1b[5i\x1b[?5i'],
    ['the same with eight-bit controls', '\u009d52;c;ZXZpbA==\u009c\u009b6n\u0090$qm\u009c'],
  ] as const)
    it(`is nothing for ${what}`, () => {
      assert.equal(filter(text), '');
    });

  it('is nothing for what a terminal reads although it is cut off, or although controls stand in it', () => {
    for (const [text, left] of [
      ['\x1b]52;c;ZXZpbA==\x1b[0m', '\x1b[0m'],
      ['\x1b\x00]52;c;ZXZpbA==\x07', ''],
      ['\x1b\x1b[6n]52;c;ZXZpbA==\x07', ']52;c;ZXZpbA==\x07'],
      ['\x1b[6\x00n\x1b\x0d[6n\x1b[\n?1049l', '\x1b[2J\x1b[H'],
      ['\x1b[6\x1b[nn', 'n'],
      ['\u009b6\x00n', ''],
    ] as const)
      assert.equal(filter(text), left, JSON.stringify(text));
    const broken = Buffer.from(
      terminalFilter(Buffer.from('\xc2\x1b[6n\x9b6n\x1b[\xe26n\x1b[\xef\xbb\xbf6n', 'latin1')),
    );
    assert.equal(broken.toString('utf8'), '\ufffd\ufffd6n\x1b[\ufffd6n');
  });

  it('stays on the alternate screen', () => {
    assert.equal(filter('\x1b[?1049h\x1b[?1049;25l\x1bc'), '\x1b[2J\x1b[H\x1b[2J\x1b[H\x1b[?25l\x1b[!p\x1b[2J\x1b[H');
  });
});
