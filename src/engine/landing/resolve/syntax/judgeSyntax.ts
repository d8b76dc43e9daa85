import { parseLooseJson, parseScript } from './javascript.ts';
import { type Language, languageOf } from './language.ts';
import { parseToml } from './toml.ts';
import { parseXml } from './xml.ts';
import { parseYaml } from './yaml.ts';

/** A file as it was on both sides, and as it is now. */
export interface SyntaxQuestion {
  readonly path: string;
  readonly sides: readonly string[];
  readonly result: string;
}

export interface SyntaxVerdict {
  /** Why it does not parse, one line. */
  readonly fault?: string | undefined;
  /** Names that are there twice and were not before. */
  readonly duplicates: readonly string[];
}

/** Throws when the text does not parse; may answer what is there twice. */
type Parser = (text: string, path: string) => readonly string[] | undefined;

const silent =
  (parse: (text: string) => void): Parser =>
  (text) => {
    parse(text);
    return undefined;
  };

const parsers: Readonly<Record<Language, Parser>> = {
  json: parseLooseJson,
  yaml: silent(parseYaml),
  toml: silent(parseToml),
  xml: silent(parseXml),
  script: (text, path) => {
    parseScript(path, text);
    return undefined;
  },
};

/** `undefined` when it can't be told: no parser knows the file, or it did not parse on one of the sides either. */
export function judgeSyntax({ path, sides, result }: SyntaxQuestion): SyntaxVerdict | undefined {
  const language = languageOf(path);
  if (language === undefined) return undefined;
  const before = sides.map((side) => attempt(parsers[language], side, path));
  if (before.some(({ fault }) => fault !== undefined)) return undefined;
  const { fault, duplicates } = attempt(parsers[language], result, path);
  const known = new Set(before.flatMap((side) => side.duplicates));
  return { fault, duplicates: duplicates.filter((name) => !known.has(name)).slice(0, 20) };
}

function attempt(parser: Parser, text: string, path: string): SyntaxVerdict {
  try {
    return { duplicates: parser(text.replace(/^\ufeff/, ''), path) ?? [] };
  } catch (error) {
    // Too deep for the parser: that says nothing about the file.
    if (error instanceof RangeError) return { duplicates: [] };
    const message = error instanceof Error ? error.message : String(error);
    return { fault: message.replace(/\s+/g, ' ').trim().slice(0, 300), duplicates: [] };
  }
}
