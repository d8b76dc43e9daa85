import { createHash, randomInt } from 'node:crypto';

// No vowels and no look-alikes: ids are read aloud and typed, and must not spell words.
const alphabet = 'bcdfghjkmnpqrstvwxz23456789';

/** A new session id: eight characters, so two of a million sessions collide with a chance of about one in a million. */
export const newSessionId = (): string =>
  Array.from({ length: 8 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** A short stable name for a text: the first `length` hexadecimal digits of its SHA-256. */
export const shortHash = (text: string | Uint8Array, length = 12): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** A text as the part of a branch name: lower-case ASCII words joined by hyphens, at most `length` characters, never empty. */
export function slug(text: string, length = 32): string {
  const words = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const cut = words.slice(0, length).replace(/-[^-]*$/, (tail) => (words.length > length ? '' : tail));
  return cut.replace(/-+$/, '') || 'session';
}
