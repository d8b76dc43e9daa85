import assert from 'node:assert/strict';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { viewerMessageSchema } from '../../../src/protocol/terminal.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { joinTerminal } from '../../../src/engine/server/terminalViewer.ts';
import { InputFilter } from '../../../src/engine/terminal/inputFilter.ts';
import { StreamCutter } from '../../../src/engine/terminal/streamCutter.ts';
import { terminalFilter } from '../../../src/client/terminalFilter.ts';
import { clipboardText } from '../../../src/webview/terminal/silenceQueries.ts';
import { cuts, fuzz, hostileRecord, hostileText, piecesOf } from '../../support/fuzz.ts';

const units = [
  ...[
    'a',
    'é',
    '漢',
    '😀',
    '\r\n',
    '\u001b[31m',
    '\u001b]0;t\u0007',
    '\u001b]52;c;QQ==\u0007',
    '\u001b]8;;x\u001b\\',
    '\u001bPq#0\u001b\\',
  ],
  ...[
    '\u001b[?1049h',
    '\u001b[6n',
    '\u001b',
    '\u001b[',
    '\u001b]',
    '\u001bP',
    '\u009b',
    '\u009d',
    '\u0018',
    '\u001a',
    '\u0301',
    '\u0000',
  ],
];
const screen = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.oneof(fc.constantFrom(...units), hostileText), { maxLength: 12 })
    .map((parts) => Buffer.from(parts.join(''))),
);

describe('fuzzed: what a program writes to its terminal', () => {
  it('is cut the same whole units however it comes, and nothing is added', () =>
    fuzz(fc.tuple(screen, cuts), ([bytes, sizes]) => {
      const cutter = new StreamCutter();
      const whole = Buffer.from(cutter.feed(bytes));
      const again = new StreamCutter();
      const pieces = Buffer.concat(piecesOf(bytes, sizes).map((piece) => Buffer.from(again.feed(piece))));
      assert.deepEqual(pieces, whole);
      assert.ok(whole.length <= bytes.length);
    }));

  it("reaches the user's own terminal without asking it anything, and without links and clipboards", () => {
    const terminal = new headless.Terminal({ cols: 20, rows: 5, allowProposedApi: true, logLevel: 'off' });
    const answers: string[] = [];
    terminal.onData((data) => answers.push(data));
    return fuzz(fc.tuple(screen, cuts), async ([bytes, sizes]) => {
      const cutter = new StreamCutter();
      for (const piece of piecesOf(bytes, sizes)) {
        const passed = terminalFilter(cutter.feed(piece));
        assert.doesNotMatch(Buffer.from(passed).toString(), /\u001b\](?:52|8);|\u009d(?:52|8);|\u001b[PX^_]/);
        await new Promise<void>((resolve) => {
          terminal.write(passed, resolve);
        });
      }
      assert.deepEqual(answers, []);
    });
  });

  it('puts into the clipboard only well-formed text', () =>
    fuzz(
      fc.oneof(
        hostileText,
        fc.base64String().map((text) => `c;${text}`),
      ),
      (data) => {
        const text = clipboardText(data);
        assert.ok(text === undefined || text.isWellFormed());
      },
    ));
});

describe('fuzzed: what a viewer types', () => {
  const answers = [
    '\u001b[0n',
    '\u001b[?62;4c',
    '\u001b[12;40R',
    '\u001b]11;rgb:0/0/0\u0007',
    '\u001bP>|xterm\u001b\\',
    '\u001b[?2026;2$y',
  ];
  const typed = fc.array(
    fc.oneof(fc.constantFrom(...answers, 'x', '\u001b', '\u001b[A', '\u001b[I', '\u0003', 'é'), hostileText),
    { maxLength: 8 },
  );

  it('passes without the answers of a terminal, and never longer than it came', () =>
    fuzz(fc.tuple(typed, cuts, fc.boolean()), ([parts, sizes, hasFocus]) => {
      const filter = new InputFilter();
      const bytes = Buffer.from(parts.join(''));
      const passed = Buffer.concat(piecesOf(bytes, sizes).map((piece) => Buffer.from(filter.take(piece, hasFocus))));
      assert.ok(passed.length <= bytes.length);
    }));

  it('passes unchanged when it is plain, however it comes', () =>
    fuzz(fc.tuple(hostileText, cuts), ([text, sizes]) => {
      const bytes = Buffer.from(text.replaceAll('\u001b', ''));
      const filter = new InputFilter();
      assert.deepEqual(
        Buffer.concat(piecesOf(bytes, sizes).map((piece) => Buffer.from(filter.take(piece, true)))),
        bytes,
      );
    }));

  it('holds nothing of an answer that came in one piece', () =>
    fuzz(
      fc.tuple(fc.array(fc.constantFrom(...answers), { maxLength: 5 }), fc.constantFrom('', 'x', 'é')),
      ([parts, end]) => {
        assert.equal(Buffer.from(new InputFilter().take(Buffer.from(parts.join('') + end), true)).toString(), end);
      },
    ));
});

describe('fuzzed: what a viewer says', () => {
  const message = hostileRecord(['type', 'size', 'bytes'], {
    type: fc.constantFrom('focus', 'resize', 'ack', 'snapshot'),
    size: hostileRecord(['cols', 'rows'], {
      cols: fc.integer({ min: -5, max: 2000 }),
      rows: fc.integer({ min: -5, max: 2000 }),
    }),
    bytes: fc.nat(),
  });

  it('is one of the known messages, or ends the connection and nothing else', () =>
    fuzz(
      fc.array(
        fc.oneof(
          message.map((one) => JSON.stringify(one)),
          hostileText,
        ),
        { maxLength: 5 },
      ),
      async (texts) => {
        const heard: unknown[] = [];
        const closed: number[] = [];
        const listeners = new Map<string, (...values: unknown[]) => void>();
        await joinTerminal(
          {
            send: () => undefined,
            close: (code) => {
              closed.push(code);
            },
            pause: () => undefined,
            resume: () => undefined,
            on: (event: string, listener: (...values: never[]) => void) =>
              listeners.set(event, (...values) => {
                listener(...(values as never[]));
              }),
          },
          'bcdfghjk',
          {
            log: silentLog,
            terminals: {
              attach: () =>
                Promise.resolve({
                  input: (bytes) => void heard.push(bytes),
                  receive: (one) => void heard.push(viewerMessageSchema.parse(one)),
                  close: () => undefined,
                }),
            },
          },
        );
        for (const text of texts) listeners.get('message')?.(Buffer.from(text), false);
        assert.equal(heard.length + closed.length, texts.length);
        for (const code of closed) assert.equal(code, 1008);
      },
    ));
});
