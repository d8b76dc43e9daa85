import fc from 'fast-check';
import type { HistoryCommit, HistoryFile } from './histories.ts';

type Files = Record<string, HistoryFile>;

/** One change of a commit. Numbers choose among what is there, so that every change fits every state. */
export interface RandomChange {
  readonly kind: 'edit' | 'add' | 'delete' | 'rename' | 'move-folder' | 'mode' | 'binary' | 'link' | 'append';
  readonly which: number;
  readonly where: number;
  readonly what: number;
}

const newNames = ['a/new.txt', 'b/new.txt', 'new.txt', 'a/deep/new.txt', 'a', 'c.txt/inside'];
const folders = ['a', 'b', 'd', 'e/f'];

const change: fc.Arbitrary<RandomChange> = fc.record({
  kind: fc.constantFrom<RandomChange['kind'][]>(
    ...(['edit', 'edit', 'edit', 'edit', 'append', 'add', 'delete', 'rename'] as const),
    ...(['move-folder', 'mode', 'binary', 'link'] as const),
  ),
  which: fc.nat(5),
  where: fc.nat(9),
  what: fc.nat(3),
});

const side = (most: number): fc.Arbitrary<RandomChange[][]> =>
  fc.array(fc.array(change, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: most });

/** What happened on the target and in the session since they parted. */
export const randomSides: fc.Arbitrary<{ ours: RandomChange[][]; theirs: RandomChange[][] }> = fc.record({
  ours: side(3),
  theirs: side(4),
});

const lines = (name: string): string => Array.from({ length: 10 }, (_, at) => `${name} ${at}\n`).join('');

const start: Files = Object.fromEntries(
  ['a/one.txt', 'a/two.txt', 'a/deep/three.txt', 'b/four.txt', 'c.txt'].map((name) => [name, lines(name)]),
);

/** The commits of both sides: the start, then ours, then theirs; with the places of the two newest. */
export function historyOfSides({ ours, theirs }: { ours: RandomChange[][]; theirs: RandomChange[][] }): {
  commits: HistoryCommit[];
  onto: number;
  head: number;
} {
  const commits: HistoryCommit[] = [{ files: start, parents: [] }];
  const grow = (changes: readonly RandomChange[][]): number => {
    let [files, parent] = [start, 0];
    for (const each of changes) {
      files = each.reduce(applied, files);
      commits.push({ files, parents: [parent] });
      parent = commits.length - 1;
    }
    return parent;
  };
  return { onto: grow(ours), head: grow(theirs), commits };
}

const textOf = (file: HistoryFile): string => (typeof file === 'string' ? file : file.text);

function applied(files: Files, { kind, which, where, what }: RandomChange): Files {
  const names = Object.keys(files).sort();
  const name = names[which % Math.max(names.length, 1)];
  const { [name ?? '']: file = '', ...rest } = files;
  if (name === undefined || kind === 'add')
    return put(files, newNames[which % newNames.length] ?? '', lines(`new ${what}`));
  const all: Record<Exclude<RandomChange['kind'], 'add'>, () => Files> = {
    edit: () => ({ ...files, [name]: edited(file, where, what) }),
    append: () => ({ ...files, [name]: withText(file, `${textOf(file)}more ${what}\n`) }),
    delete: () => rest,
    rename: () => put(rest, newNames[where % newNames.length] ?? '', file),
    'move-folder': () => moved(files, folders[which % 2] ?? '', folders[2 + (what % 2)] ?? ''),
    mode: () => ({ ...files, [name]: typeof file === 'string' ? { mode: '100755', text: file } : file.text }),
    binary: () => ({ ...files, [name]: `\0binary ${what}` }),
    link: () => ({ ...files, [name]: { mode: '120000', text: `there-${what}` } }),
  };
  return all[kind]();
}

const withText = (file: HistoryFile, text: string): HistoryFile =>
  typeof file === 'string' ? text : { mode: file.mode, text };

const edited = (file: HistoryFile, where: number, what: number): HistoryFile =>
  withText(
    file,
    textOf(file)
      .split('\n')
      .map((line, at) => (at === where ? `changed ${what}` : line))
      .join('\n'),
  );

/** A file takes the place of a folder of its name, and of files that are in the way of its own folders. */
function put(files: Files, name: string, file: HistoryFile): Files {
  const kept = Object.entries(files).filter(
    ([other]) => !other.startsWith(`${name}/`) && !name.startsWith(`${other}/`),
  );
  return { ...Object.fromEntries(kept), [name]: file };
}

function moved(files: Files, from: string, to: string): Files {
  const isInside = (name: string): boolean => name.startsWith(`${from}/`);
  const others = Object.fromEntries(Object.entries(files).filter(([name]) => !isInside(name)));
  return Object.entries(files)
    .filter(([name]) => isInside(name))
    .reduce((all, [name, file]) => put(all, `${to}/${name.slice(from.length + 1)}`, file), others);
}
