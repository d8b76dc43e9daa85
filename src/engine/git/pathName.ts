/**
 * A path of git as a string that loses no byte: a name in UTF-8 is itself; one that is not, or that begins with a quotation mark, is as git
 * quotes it (`"\303("`). Git quotes every name that holds a quotation mark, so nothing else begins with one.
 */

const letters: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
const escapes = new Map(Object.entries(letters).map(([letter, byte]) => [byte, `\\${letter}`]));
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The path in a line of git that ran with `core.quotePath`. */
export function pathOf(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    const name = utf8.decode(unquoted(line));
    return name.startsWith('"') ? line : name;
  } catch {
    return line;
  }
}

/** The bytes of a path's name. */
export const pathBytes = (path: string): Buffer => (path.startsWith('"') ? unquoted(path) : Buffer.from(path));

/** The path as a line for git (`--stdin`, `--pathspec-from-file`), exactly as git itself writes it. */
export function quotedPath(path: string): string {
  const bytes = pathBytes(path);
  const text = Array.from(bytes, quotedByte).join('');
  return text.length === bytes.length ? text : `"${text}"`;
}

const quotedByte = (byte: number): string =>
  escapes.get(byte) ??
  (byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte));

function unquoted(line: string): Buffer {
  const parts = line.slice(1, line.endsWith('"') ? -1 : undefined).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs);
  return Buffer.concat(Array.from(parts, ([, octal, letter, text = '']) => partBytes({ octal, letter, text })));
}

function partBytes({ octal, letter, text }: { octal?: string | undefined; letter?: string | undefined; text: string }) {
  if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
  return letter === undefined ? Buffer.from(text) : Buffer.from([letters[letter] ?? letter.charCodeAt(0) & 0xff]);
}
