import { type ParserOptions, type ParserPlugin, parse, parseExpression } from '@babel/parser';

const lenient: ParserOptions = {
  sourceType: 'unambiguous',
  allowReturnOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
};

/** Parses JavaScript or TypeScript, by the file's name. Throws a `SyntaxError` that names line and column. */
export function parseScript(path: string, text: string): void {
  parse(text, { ...lenient, plugins: pluginsOf(path) });
}

function pluginsOf(path: string): ParserPlugin[] {
  const [, kind = ''] = /\.[mc]?([tj]sx?)$/i.exec(path) ?? [];
  if (/\.d\.[mc]?ts$/i.test(path)) return [['typescript', { dts: true }]];
  if (kind.toLowerCase() === 'ts') return ['typescript', 'decorators-legacy'];
  if (kind.toLowerCase() === 'tsx') return ['typescript', 'jsx', 'decorators-legacy'];
  return ['jsx', 'decorators-legacy'];
}

/** Parses what JSON has become in practice: comments and trailing commas are allowed. Answers the names that an object has twice. */
export function parseLooseJson(text: string): string[] {
  const found: string[] = [];
  const stack: unknown[] = [parseExpression(text)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { properties, elements, value } = node as Partial<Record<'properties' | 'elements' | 'value', unknown>>;
    if (Array.isArray(properties)) {
      found.push(...twice(properties.map(nameOf)));
      stack.push(...(properties as unknown[]));
    }
    if (Array.isArray(elements)) stack.push(...(elements as unknown[]).filter((one) => one !== null));
    if (typeof value === 'object' && value !== null) stack.push(value);
  }
  return found;
}

function nameOf({ key }: { readonly key?: { readonly value?: unknown; readonly name?: unknown } }): string {
  const name = key?.value ?? key?.name;
  return typeof name === 'string' ? name : JSON.stringify(name ?? '');
}

function twice(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}
