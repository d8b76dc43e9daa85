import type { Closable } from './lifecycle.ts';

const mark = '[secret]';

/** Shapes that are secrets wherever they stand. Written for text inside JSON: no match begins or ends within an escape. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/gs, mark],
  [/\bsk-[A-Za-z0-9_-]{12,}/g, mark],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16})\b/g,
    mark,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mark],
  [/\b(Bearer|Basic)\s+[\w.~+/-]{6,}=*/gi, `$1 ${mark}`],
  // A password in a URL; for http also a lone user name, which is how tokens are passed.
  [/\b(https?:\/\/)[^/\s"<>]+@/gi, `$1${mark}@`],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^/\s":@]*):[^/\s"]+@/gi, `$1:${mark}@`],
  // A header, a field or a variable whose name says that its value is secret.
  [
    /("[\w-]*(?:api[-_]?key|auth[-_]?token|oauth[-_]?token|access[-_]?token|password|passwd|secret|authorization|cookie)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    `$1"${mark}"`,
  ],
  [/\b(\w*(?:API_?KEY|AUTH_TOKEN|OAUTH_TOKEN|ACCESS_TOKEN|PASSWORD|SECRET)=)[^\s"\\]+/gi, `$1${mark}`],
  [/\b((?:x-api-key|(?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*)[^\s"\\][^"\\\r\n]*/gi, `$1${mark}`],
];

/** Takes secrets out of text: what was registered, in any spelling that JSON, URLs and base64 give it, and what looks like one. */
export class Redactor {
  readonly #registered = new Map<string, number>();

  /** From now on this value is never let through. Values under six characters are too common to be taken out. */
  registerSecret(value: string): Closable {
    const spellings = value.length < 6 ? [] : spellingsOf(value);
    for (const spelling of spellings) this.#registered.set(spelling, (this.#registered.get(spelling) ?? 0) + 1);
    let open = true;
    const close = (): void => {
      if (open) for (const spelling of spellings) this.#release(spelling);
      open = false;
    };
    return { close };
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.#registered.keys()) clean = clean.replaceAll(secret, mark);
    for (const [shape, replacement] of shapes) clean = clean.replace(shape, replacement);
    return clean;
  }

  #release(spelling: string): void {
    const count = (this.#registered.get(spelling) ?? 1) - 1;
    if (count === 0) this.#registered.delete(spelling);
    else this.#registered.set(spelling, count);
  }
}

function spellingsOf(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '');
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), base64])];
}
