/** A form in which a secret, or enough of it to be one, may stand somewhere. */
export interface Spelling {
  readonly name: string;
  readonly text: string;
}

/** The part of base64 that does not depend on what stands before and after: by how many bytes stand before it. */
function base64Within(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return whole.slice(first, last);
}

/** Plain, cut at either end, JSON, URL, hex, base64 in each of its three positions and both alphabets, UTF-16. */
export function spellingsOf(secret: string): Spelling[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((before) => base64Within(bytes, before));
  const all: Readonly<Record<string, readonly string[]>> = {
    plain: [secret],
    beginning: [secret.slice(0, Math.max(20, Math.floor(secret.length * 0.6)))],
    end: [secret.slice(-20)],
    json: [JSON.stringify(secret).slice(1, -1)],
    url: [encodeURIComponent(secret)],
    hex: [hex, hex.toUpperCase()],
    base64,
    base64url: base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    utf16: [bytes.toString('latin1').split('').join('\0')],
  };
  const spellings = Object.entries(all).flatMap(([name, texts]) => texts.map((text) => ({ name, text })));
  // A plain one that is found says enough: the same text under another name is left out.
  return spellings.filter(
    ({ text }, at) => text.length >= 12 && spellings.findIndex((one) => one.text === text) === at,
  );
}
