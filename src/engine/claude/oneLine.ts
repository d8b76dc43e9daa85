/** A hostile text as one short safe line: no control, bidirectional or invisible characters, at most `length` characters. */
export function oneLine(text: string, length = 200): string {
  // Only the beginning is looked at: the text may be megabytes.
  const line = text
    .slice(0, length * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
