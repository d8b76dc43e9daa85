import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A file of the repository, by its path from the root with forward slashes. Rules are functions from these to violations. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export const root = path.resolve(import.meta.dirname, '../../..');

/** Every file that is or would be committed: tracked ones and new ones that are not ignored. */
export const committedPaths = (): string[] =>
  execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(root, file)));

/** The committed files whose path matches, with their text. */
export const readSources = (matching: RegExp): Source[] =>
  committedPaths()
    .filter((file) => matching.test(file))
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));

const parsed = new WeakMap<Source, ts.SourceFile>();

/** The syntax tree of a TypeScript source, with parents set. */
export function parse(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known) return known;
  const tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  parsed.set(source, tree);
  return tree;
}

/** Calls `visit` with every node of a source. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(parse(source));
}

/** How a violation is told: a place that an editor can open, and what is wrong. */
export const at = (source: Source, node: ts.Node, message: string): string => {
  const tree = parse(source);
  return `${source.path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1} ${message}`;
};
