import ts from 'typescript';
import { type Source, at, parse, walk } from './source.ts';

const limits = { file: 300, testFile: 500, function: 40, exports: 3 } as const;

/** Files that are one table of words, or one family of small functions over one type: many exports are their point. */
const tables = /^src\/(protocol\/|engine\/base\/(errors|lifecycle)\.ts$|cli\/words\.ts$|engine\/process\/run\.ts$)/;

/** The one table of operations may be as long as there are operations. */
const oneTable = 'src/protocol/operations.ts';

const isTest = (file: string): boolean => file.startsWith('test/');

/** Files that have grown too long. */
export const longFiles = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) => {
    const lines = source.text.split('\n').length - (source.text.endsWith('\n') ? 1 : 0);
    const limit = source.path.endsWith('.test.ts') ? limits.testFile : limits.file;
    return lines > limit && source.path !== oneTable
      ? [`${source.path}:${limit + 1} ${lines} lines; a file of this kind has at most ${limit}`]
      : [];
  });

const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isAccessor(node);

const isChapterCall = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && /^(describe|it|before|after)/.test(node.expression.getText());

/** `describe` and `it` take a function that is a chapter and no procedure; a function that holds one chapter is a chapter with a name. */
function isChapter(node: ts.Node): boolean {
  if (isChapterCall(node.parent)) return true;
  const only =
    ts.isFunctionDeclaration(node) && node.body?.statements.length === 1 ? node.body.statements[0] : undefined;
  return only !== undefined && ts.isExpressionStatement(only) && isChapterCall(only.expression);
}

/** Functions that have grown too long. */
export function longFunctions(sources: readonly Source[]): string[] {
  const found: string[] = [];
  for (const source of sources) {
    const tree = parse(source);
    const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
    walk(source, (node) => {
      if (!isFunction(node) || (isTest(source.path) && isChapter(node))) return;
      const lines = line(node.getEnd()) - line(node.getStart(tree)) + 1;
      if (lines > limits.function)
        found.push(at(source, node, `a function of ${lines} lines; at most ${limits.function}`));
    });
  }
  return found;
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** How many values (not types) a top-level statement exports. */
function exportedValues(statement: ts.Statement): number {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    if (statement.isTypeOnly) return 0;
    return clause && ts.isNamedExports(clause) ? clause.elements.filter((element) => !element.isTypeOnly).length : 1;
  }
  if (!isExported(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return 0;
  return ts.isVariableStatement(statement) ? statement.declarationList.declarations.length : 1;
}

/** Source files that export more values than one name can stand for. */
export const crowdedFiles = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path }) => path.startsWith('src/') && !tables.test(path))
    .flatMap((source) => {
      const count = parse(source).statements.reduce((sum, statement) => sum + exportedValues(statement), 0);
      return count > limits.exports ? [`${source.path}:1 ${count} exported values; at most ${limits.exports}`] : [];
    });
