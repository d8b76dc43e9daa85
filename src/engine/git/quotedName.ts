/** How git writes the bytes of a name in a line of its own: as they are, or quoted with escapes. */

const letters: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
const escapes = new Map(Object.entries(letters).map(([letter, byte]) => [byte, `\\${letter}`]));

/** A name's bytes as git writes them with `core.quotePath`. */
export function quotedName(bytes: Buffer): string {
  const text = Array.from(bytes, quotedByte).join('');
  return text.length === bytes.length ? text : `"${text}"`;
}

const quotedByte = (byte: number): string =>
  escapes.get(byte) ??
  (byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte));

/** The bytes of a name that git has quoted. */
export function unquotedName(line: string): Buffer {
  const parts = line.slice(1, line.endsWith('"') ? -1 : undefined).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs);
  return Buffer.concat(Array.from(parts, ([, octal, letter, text = '']) => partBytes({ octal, letter, text })));
}

function partBytes({ octal, letter, text }: { octal?: string | undefined; letter?: string | undefined; text: string }) {
  if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
  return letter === undefined ? Buffer.from(text) : Buffer.from([letters[letter] ?? letter.charCodeAt(0) & 0xff]);
}
