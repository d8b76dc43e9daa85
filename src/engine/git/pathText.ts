/** A path as people read it. Bytes that are no UTF-8 are shown as git shows them: quoted, with octal numbers. */
export function pathText(bytes: string): string {
  const raw = Buffer.from(bytes, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    const quoted = bytes.replace(/[^ -~]|["\\]/g, (byte) =>
      byte === '"' || byte === '\\' ? `\\${byte}` : `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
    return `"${quoted}"`;
  }
}
