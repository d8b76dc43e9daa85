import path from 'node:path';
import ts from 'typescript';
import { type Source, walk } from './source.ts';

/** One import, export-from, dynamic import, `import()` type or `require` of a file. */
export interface Import {
  readonly node: ts.Node;
  readonly specifier: string;
  /** The path from the root for a file of our own; `undefined` for packages and builtins. */
  readonly file: string | undefined;
  /** The package or builtin (`node:fs`), without a path inside it; `undefined` for our own files. */
  readonly foreign: string | undefined;
  readonly typeOnly: boolean;
}

const literal = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node)) return false;
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? literal(node.arguments[0]) : undefined;
}

/** `@scope/name/inner` → `@scope/name`; `node:fs/promises` → `node:fs`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Everything that a source imports. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const own = specifier.startsWith('.') || specifier.startsWith('/');
    found.push({
      node,
      specifier,
      file: own ? path.posix.join(path.posix.dirname(source.path), specifier) : undefined,
      foreign: own ? undefined : packageOf(specifier),
      typeOnly: isTypeOnly(node),
    });
  });
  return found;
}
