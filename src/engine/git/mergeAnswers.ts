export type Side = 'base' | 'ours' | 'theirs';

/** One version of a conflicted path. `mode` as git writes it: 100644, 100755, 120000 (link), 160000 (submodule). */
export interface Stage {
  readonly mode: string;
  readonly object: string;
}

export interface UnmergedEntry extends Stage {
  readonly side: Side;
  /** Bytes, one in each character. */
  readonly path: string;
}

/** What git says about paths. `kind` is stable, such as `CONFLICT (modify/delete)`. */
export interface MergeMessage {
  readonly kind: string;
  readonly paths: readonly string[];
}

/** What `merge-tree` finds for one pair of commits. */
export interface MergeAnswer {
  readonly clean: boolean;
  /** Conflicted files hold markers in it. */
  readonly tree: string;
  readonly entries: readonly UnmergedEntry[];
  readonly messages: readonly MergeMessage[];
}

const sides: Readonly<Record<string, Side>> = { 1: 'base', 2: 'ours', 3: 'theirs' };

/** Bytes. */
const [maxField, maxAnswer] = [1024 * 1024, 64 * 1024 * 1024];

/** Reads the answers of `merge-tree --write-tree --stdin -z --messages` as they come. Names stay bytes, one in each character. */
export class MergeAnswers {
  readonly #onAnswer: (answer: MergeAnswer) => void;
  #rest = '';
  /** Bytes of the answer that is being read, without the rest. */
  #size = 0;
  #reader = readAnswer();

  constructor(onAnswer: (answer: MergeAnswer) => void) {
    this.#onAnswer = onAnswer;
    this.#reader.next();
  }

  /** The answer that is being read, or a name in it, is longer than anything honest. */
  get tooLong(): boolean {
    return this.#rest.length > maxField || this.#size > maxAnswer;
  }

  write(chunk: Buffer): void {
    const fields = (this.#rest + chunk.toString('latin1')).split('\0');
    this.#rest = fields.pop() ?? '';
    for (const field of fields) this.#take(field);
  }

  #take(field: string): void {
    this.#size += field.length + 1;
    const { done, value } = this.#reader.next(field);
    if (done !== true) return;
    this.#size = 0;
    this.#reader = readAnswer();
    this.#reader.next();
    this.#onAnswer(value);
  }
}

/**
 * Status, tree, entries up to an empty field, messages up to a field that counts no paths: an empty one, or the advice on submodules that git
 * 2.39 writes in between.
 */
function* readAnswer(): Generator<undefined, MergeAnswer, string> {
  const status = yield;
  const tree = yield;
  const entries: UnmergedEntry[] = [];
  for (let field = yield; field !== ''; field = yield) entries.push(...parseEntry(field));
  const messages: MergeMessage[] = [];
  for (let count = yield; /^\d+$/.test(count); count = yield) {
    const paths: string[] = [];
    for (let left = Number(count); left > 0; left -= 1) paths.push(yield);
    const kind = yield;
    yield;
    messages.push({ kind, paths });
  }
  return { clean: status === '1', tree, entries, messages };
}

function parseEntry(field: string): UnmergedEntry[] {
  const [, mode = '', object = '', stage = '', path = ''] = /^(\d{6}) ([0-9a-f]+) ([123])\t(.*)$/s.exec(field) ?? [];
  const side = sides[stage];
  return side === undefined ? [] : [{ mode, object, side, path }];
}
