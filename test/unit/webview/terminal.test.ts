import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Acknowledger } from '../../../src/webview/terminal/acknowledger.ts';
import { inputPieces } from '../../../src/webview/terminal/inputPieces.ts';
import { type KeyLike, keyOwner } from '../../../src/webview/terminal/keys.ts';
import { clipboardText } from '../../../src/webview/terminal/silenceQueries.ts';
import { terminalTheme } from '../../../src/webview/terminal/terminalTheme.ts';
import { flowControl } from '../../../src/protocol/terminal.ts';

describe("a key in the panel's terminal", () => {
  const key = (code: string, held = ''): KeyLike => ({
    type: 'keydown',
    key: code,
    code,
    ctrlKey: held.includes('c'),
    shiftKey: held.includes('s'),
    altKey: held.includes('a'),
    metaKey: held.includes('m'),
  });

  it("is the program's, as a rule", () => {
    for (const held of ['', 'c', 's', 'a', 'ca']) assert.equal(keyOwner(key('KeyR', held), false), 'program', held);
    for (const code of ['Escape', 'Tab', 'Enter', 'ArrowUp']) assert.equal(keyOwner(key(code), false), 'program', code);
  });

  it('copies with Ctrl+C only where something is selected', () => {
    assert.equal(keyOwner(key('KeyC', 'c'), true), 'copy');
    assert.equal(keyOwner(key('KeyC', 'c'), false), 'program');
    assert.equal(keyOwner(key('KeyC', 'cs'), false), 'copy');
  });

  it('ends a line inside a prompt with Shift+Enter', () => {
    assert.equal(keyOwner(key('Enter', 's'), false), 'newLine');
  });

  it('leaves the window what leads out of the terminal, and pasting', () => {
    for (const [code, held] of [
      ['F1', ''],
      ['F6', ''],
      ['Tab', 'c'],
      ['PageDown', 'c'],
      ['KeyV', 'c'],
      ['KeyV', 'm'],
      ['KeyP', 'm'],
    ] as const)
      assert.equal(keyOwner(key(code, held), false), 'window', `${held} ${code}`);
  });
});

describe('acknowledging', () => {
  it('says in steps what was shown, and leaves less unsaid than the engine waits for', () => {
    const said: number[] = [];
    const acknowledger = new Acknowledger((_stream, bytes) => said.push(bytes));
    let shown = 0;
    for (let round = 0; round < 1000; round++) {
      acknowledger.shown(1, 777);
      shown += 777;
    }
    const unsaid = shown - said.reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(said.length < 50 && unsaid < flowControl.resumeAt, `${said.length} words, ${unsaid} bytes unsaid`);
  });

  it('forgets an older stream', () => {
    const said: [number, number][] = [];
    const acknowledger = new Acknowledger((stream, bytes) => said.push([stream, bytes]));
    acknowledger.shown(1, 30_000);
    acknowledger.shown(2, 40_000);
    acknowledger.shown(1, 90_000);
    assert.deepEqual(said, [[2, 40_000]]);
  });
});

describe('long input', () => {
  it('comes in pieces that fit, no character cut in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 2, max: 20 }), (text, longest) => {
        const pieces = inputPieces(text, longest);
        assert.equal(pieces.join(''), text);
        for (const piece of pieces) assert.ok(piece.length <= longest && piece.length > 0 && piece.isWellFormed());
      }),
    );
  });
});

describe('what a program wants in the clipboard', () => {
  const wish = (text: string): string => `c;${Buffer.from(text).toString('base64')}`;

  it('is text', () => {
    assert.equal(clipboardText(wish('héllo')), 'héllo');
    assert.equal(clipboardText(`;${Buffer.from('x').toString('base64')}`), 'x');
  });

  it('is not a question, not nonsense, and not without end', () => {
    for (const data of ['c;?', 'c;', 'c;%%%', 'nothing', `c;${Buffer.from([0xff, 0xfe]).toString('base64')}`])
      assert.equal(clipboardText(data), undefined, data);
    assert.equal(clipboardText(wish('x'.repeat(2_000_000))), undefined);
  });
});

describe("the terminal's colours", () => {
  it("are the theme's, and what the theme leaves out is xterm's own", () => {
    const variables: Readonly<Record<string, string>> = {
      '--vscode-terminal-foreground': '#eee',
      '--vscode-editor-background': ' #111 ',
      '--vscode-terminal-ansiBrightRed': '#f00',
    };
    assert.deepEqual(
      terminalTheme((name) => variables[name] ?? ''),
      {
        background: '#111',
        foreground: '#eee',
        cursor: '#eee',
        cursorAccent: '#111',
        brightRed: '#f00',
      },
    );
  });
});
