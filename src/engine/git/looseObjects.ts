import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';

/** The hash that object ids of this length (in hexadecimal digits) are made with. */
export const hashOf = (id: string): 'sha1' | 'sha256' => (id.length === 64 ? 'sha256' : 'sha1');

/**
 * Writes git objects into an objects folder, without a process for each. Commits and trees are small: writing them at once takes a fraction
 * of what going through Node's thread pool does.
 */
export class LooseObjects {
  readonly #folder: string;
  readonly #hash: 'sha1' | 'sha256';
  readonly #made = new Set<string>();

  constructor(folder: string, hash: 'sha1' | 'sha256') {
    this.#folder = folder;
    this.#hash = hash;
  }

  /** The object's id. */
  write(type: 'blob' | 'tree' | 'commit', body: Uint8Array): string {
    const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
    const id = createHash(this.#hash).update(whole).digest('hex');
    if (this.#made.has(id)) return id;
    const folder = path.join(this.#folder, id.slice(0, 2));
    if (!this.#made.has(folder)) mkdirSync(folder, { recursive: true });
    this.#made.add(folder);
    writeFileSync(path.join(folder, id.slice(2)), deflateSync(whole, { level: 1 }));
    this.#made.add(id);
    return id;
  }

  /** A commit that only stands for a tree in a merge. Different notes make different commits of the same tree. */
  writeCommit(tree: string, parents: readonly string[], note: string): string {
    const who = 'Flotilla <flotilla@localhost> 1 +0000';
    const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`];
    return this.write('commit', Buffer.from(`${lines.join('\n')}\n\n${note}\n`));
  }
}
