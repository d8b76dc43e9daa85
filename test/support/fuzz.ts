import assert from 'node:assert/strict';
import fc from 'fast-check';

/** Cases of one property: few enough for every run, and as many as `npm run soak` asks for by FLOTILLA_FUZZ_CASES. */
const cases = Math.max(1, Math.floor(Number(process.env['FLOTILLA_FUZZ_CASES'] ?? '100')) || 100);

const builtins = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const shape = (): string => builtins.map((one) => Reflect.ownKeys(one).map(String).join()).join('|');
const before = shape();

/**
 * Tries a property with hostile input. It fails when the property throws, when it answers `false`, and when anything that all objects
 * share has changed. The seed of a failure is in its message.
 */
export async function fuzz<T>(input: fc.Arbitrary<T>, holds: (value: T) => unknown): Promise<void> {
  const property = fc.asyncProperty(input, async (value) => {
    const answer = await holds(value);
    assert.notEqual(answer, false);
    assert.equal(shape(), before, 'what all objects share has changed');
  });
  await fc.assert(property, { numRuns: cases });
}

const escapes = [
  ...[
    '\u001b[31m',
    '\u001b]0;title\u0007',
    '\u001b]52;c;QQ==\u0007',
    '\u001b]8;;http://x\u001b\\',
    '\u001b[6n',
    '\u001b[c',
  ],
  ...['\u009b1m', '\u001bP+q544e\u001b\\', '\u001b', '\u0007', '\u0000', '\r', '\n', '\r\n', '\t', '\u007f', '\u0085'],
  ...['\u202e', '\u2066', '\u200b', '\ufeff', '\u2028', '\ufffd', '\ud800', '\udc00', '😀', 'e\u0301', '\u{e0100}'],
];
const words = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    'NaN',
    'true',
    '{}',
    '[]',
  ],
  ...['../', '..\\', '/etc/passwd', '-rf', '--', '${HOME}', '$(id)', '`id`', "'", '"', '\\', '%s', '%00', '%2e%2e%2f'],
  ...[
    '1e999',
    '-1',
    '9007199254740993',
    '0x10',
    '1'.repeat(400),
    ' ',
    '',
    'a'.repeat(3000),
    ':',
    '=',
    ',',
    '#',
    '~',
    '@',
  ],
];

/** Texts that break things: escapes, marks that turn text round, half characters, names that objects have, long runs. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ maxLength: 20 }),
      fc.constantFrom(...escapes),
      fc.constantFrom(...words),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-1, 0, 1e21, 1.5, 2 ** 53, -(2 ** 53), 1e308, 253_402_300_800, 8.64e15, 8.64e12 + 1),
);

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    hostileText,
    numbers,
    fc.constantFrom(null, true, false),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...words), hostileText), tie('node')), { maxLength: 4 }).map(objectOf),
  ),
})).node;

/** Keys are the object's own whatever they are called, as JSON makes them. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, one] of entries)
    Object.defineProperty(made, key, { value: one, enumerable: true, configurable: true, writable: true });
  return made;
}

/** Any value that JSON can say. */
export const hostileValue: fc.Arbitrary<unknown> = value;

/** Objects with some of these keys and hostile values, next to keys that nobody asked for. */
export const hostileRecord = (
  keys: readonly string[],
  known: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<object> => {
  const one = (key: string): fc.Arbitrary<readonly [string, unknown]> =>
    fc.tuple(
      fc.constant(key),
      known[key] === undefined ? value : fc.oneof({ weight: 4, arbitrary: known[key] }, value),
    );
  const entry = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...keys).chain(one) }, fc.tuple(hostileText, value));
  return fc.array(entry, { maxLength: keys.length + 3 }).map(objectOf);
};

/** Something well-formed with pieces of it lost, doubled, moved or replaced. */
export const damaged = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(30), hostileText, fc.nat(3)), { maxLength: 4 }),
    )
    .map(([sample, cuts]) =>
      cuts.reduce((text, [at, length, put, how]) => {
        const from = text.length === 0 ? 0 : at % text.length;
        const middle =
          [put, '', text.slice(from, from + length).repeat(2), text.slice(from, from + length) + put][how] ?? '';
        return text.slice(0, from) + middle + text.slice(from + length);
      }, sample),
    );

/** Where to cut bytes into pieces. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(24), { maxLength: 40 });

export function piecesOf(bytes: Uint8Array, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...pieces, Buffer.from(bytes.subarray(at))];
}

/** A line for people: no controls, nothing that turns text round, nothing hidden, of bounded length. */
export function isSafeLine(text: string, longest = 201): boolean {
  return text.length <= longest && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}
