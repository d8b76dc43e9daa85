import assert from 'node:assert/strict';
import { shellFilter } from '../../../src/extension/attach/shellFilter.ts';
import { sessionOfShell, shellTerminalId } from '../../../src/protocol/terminal.ts';

const shown = (text: string): string => shellFilter(Buffer.from(text));

describe("a shell's output in VS Code's terminal", () => {
  it('keeps text, colours and both screens', () => {
    for (const text of ['höllo\r\n', '\x1b[31mred\x1b[0m', '\x1b[?1049hvim\x1b[?1049l$ ', '\x1b[2J\x1b[H'])
      assert.equal(shown(text), text);
  });

  it('writes nothing to the clipboard, makes no links and asks nothing', () => {
    assert.equal(shown('a\x1b]52;c;aGk=\x07b'), 'ab');
    assert.equal(shown('a\x1b]8;;https://evil.example\x1b\\b'), 'ab');
    assert.equal(shown('a\x1b]633;P;Cwd=/etc\x07b'), 'ab');
    assert.equal(shown('a\x1b[6nb\x1b[?1049h\x1b]52;c;aGk=\x07'), 'ab\x1b[?1049h');
  });
});

describe('the id of a shell', () => {
  it('names its session, and a session is no shell', () => {
    assert.equal(sessionOfShell(shellTerminalId('abcd1234', '0123456789abcdef')), 'abcd1234');
    for (const id of [
      'abcd1234',
      'abcd1234~',
      '~abcdefgh',
      'abcd1234~../../x',
      'ABCD1234~abcdefgh',
      'abcd1234~abcdefgh\n',
    ])
      assert.equal(sessionOfShell(id), undefined, JSON.stringify(id));
  });
});
