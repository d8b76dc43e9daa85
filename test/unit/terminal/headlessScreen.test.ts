import assert from 'node:assert/strict';
import { HeadlessScreen } from '../../../src/engine/terminal/headlessScreen.ts';

describe("the engine's screen", () => {
  const screens: HeadlessScreen[] = [];
  const screen = (): HeadlessScreen => {
    const made = new HeadlessScreen({ cols: 20, rows: 4 }, () => undefined);
    screens.push(made);
    return made;
  };
  const write = (to: HeadlessScreen, bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      to.write(bytes, resolve);
    });
  afterEach(() => {
    for (const made of screens.splice(0)) made.close();
  });

  for (const [what, text, cells] of [
    ['emoji', '😀✅🚀', 6],
    ['Chinese', '漢字', 4],
    ['arrows and prompts', '❯→', 2],
  ] as const)
    it(`gives ${what} as many cells as tmux and viewers do`, async () => {
      const one = screen();
      await write(one, Buffer.from(text));
      assert.equal(one.cursor().x, cells);
    });

  it('keeps nothing of what stood beyond its last column before it became narrower', async () => {
    const [one, other] = [screen(), new HeadlessScreen({ cols: 12, rows: 4 }, () => undefined)];
    screens.push(other);
    await write(one, Buffer.from(`\x1b[?1049h${'-'.repeat(20)}\r\nprompt`));
    one.resize({ cols: 12, rows: 4 });
    await write(one, Buffer.from(`\x1b[H${'='.repeat(12)}\r\n\x1b[Kprompt`));
    await write(other, one.snapshot());
    assert.deepEqual(one.text(), ['='.repeat(12), 'prompt', '', '']);
    assert.deepEqual(other.text(), one.text());
  });

  it('shows what follows a key in the very turn', () => {
    const one = screen();
    let isShown = false;
    one.expectEcho();
    one.write(Buffer.from('x'), () => {
      isShown = true;
    });
    assert.equal(isShown, true);
    assert.equal(one.text()[0], 'x');
  });

  it('brings another one to the same picture with emoji in it', async () => {
    const [one, other] = [screen(), screen()];
    await write(one, Buffer.from('✅ done\x1b[1;10H|\x1b[2;1H😀 two\x1b[2;4Hxyz'));
    await write(other, one.snapshot());
    assert.deepEqual(other.text(), one.text());
    assert.equal(one.text()[0], '✅ done  |');
    assert.deepEqual(other.cursor(), one.cursor());
  });
});
