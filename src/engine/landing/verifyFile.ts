import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { FlotillaError } from '../base/errors.ts';

/** The project's own file at the top of its tree, as it stands on the target. */
export const verifyFileName = '.flotilla.yaml';

/** Characters; more than any such file has. The parser takes the square of the time for many keys, and nothing else runs meanwhile. */
const longest = 16 * 1024;
/** Keys that are named as unknown. */
const mostNotices = 10;
const longestTimeoutSeconds = 86_400;
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

const command = z
  .string('must be a shell command')
  .trim()
  .min(1, 'must be a shell command, and is empty')
  .max(10_000, 'is longer than 10,000 characters')
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character');
const isSpan = (value: unknown): value is number | string =>
  typeof value === 'number' || (typeof value === 'string' && /^\d{1,6}\s*[smh]?$/.test(value));
const timeout = z
  .custom<number | string>(isSpan, 'must be seconds, or a number with s, m or h: 20m')
  .transform((value) => {
    if (typeof value === 'number') return value;
    return Number.parseInt(value, 10) * (secondsOf[value.at(-1) ?? ''] ?? 1);
  })
  .refine((seconds) => seconds >= 1 && seconds <= longestTimeoutSeconds, 'must be between one second and one day');
const verifyMap = z.looseObject(
  { command: command, timeout: timeout.optional() },
  { error: 'must be a shell command, or hold command and timeout' },
);
const fileSchema = z.looseObject(
  { verify: z.unknown().optional() },
  { error: 'must hold keys and values, such as verify: npm test' },
);

export interface VerifyFile {
  readonly command?: string;
  readonly timeoutMs?: number;
  /** What stands in the file and does nothing, for people. */
  readonly notices: string[];
}

type Problem = { readonly path: readonly PropertyKey[]; readonly message: string };

/**
 * Reads the text of a `.flotilla.yaml`: `verify: <command>`, or `verify: {command, timeout}` with the timeout in seconds or as `20m`.
 * The text may come from anybody who can push.
 * @throws FlotillaError `config-invalid`, naming the line.
 */
export function readVerifyFile(text: string): VerifyFile {
  if (text.length > longest) throw broken(undefined, 'is longer than 16 KiB');
  const lines = new LineCounter();
  const document = parse(text, lines);
  const value = plainValue(document);
  const fail = ({ path, message }: Problem): never => {
    throw broken(lineOf(document, path, lines), `${path.map(String).join('.')} ${message}`.trim());
  };
  const file = check(fileSchema, value ?? {}, [], fail);
  const unknown = Object.keys(file).filter((key) => key !== 'verify');
  if (!Object.hasOwn(file, 'verify')) return { notices: unknown.slice(0, mostNotices).map(ignored) };
  if (typeof file.verify !== 'object' || file.verify === null)
    return {
      command: check(command, file.verify, ['verify'], fail),
      notices: unknown.slice(0, mostNotices).map(ignored),
    };
  const map = check(verifyMap, file.verify, ['verify'], fail);
  unknown.push(...Object.keys(map).flatMap((key) => (key in verifyMap.shape ? [] : [`verify.${key}`])));
  return {
    command: map.command,
    ...(map.timeout === undefined ? {} : { timeoutMs: Math.round(map.timeout * 1000) }),
    notices: unknown.slice(0, mostNotices).map(ignored),
  };
}

type Document = ReturnType<typeof parseDocument>;
type ParseError = Document['errors'][number];

function parse(text: string, lineCounter: LineCounter): Document {
  // Duplicate keys and second documents are errors of the parser; warnings would go to the process.
  const document = whole(() => parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' }));
  const [error] = document.errors;
  if (error !== undefined) throw broken(positionOf(error, lineCounter), sentenceOf(error));
  return document;
}

/** The file's content as plain values; aliases may not blow it up. */
const plainValue = (document: Document): unknown => whole((): unknown => document.toJS({ maxAliasCount: 100 }));

/** What the parser throws, such as too many nested brackets or aliases, is a fault of the file. */
function whole<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw broken(undefined, 'is nested too deeply or repeats itself too often', error);
  }
}

function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: readonly PropertyKey[],
  fail: (problem: Problem) => never,
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail({ path: [...path, ...(issue?.path ?? [])], message: issue?.message ?? 'is wrong' });
}

/** The line of a value, or of the nearest thing round it that is there. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    const range = rangeSchema.safeParse(node).data?.range;
    if (range !== undefined) return lines.linePos(range[0]).line;
  }
  return 1;
}

const rangeSchema = z.object({ range: z.tuple([z.number()], z.number()) });

const positionOf = ({ pos }: ParseError, lines: LineCounter): number => lines.linePos(pos[0]).line;

const sentenceOf = (error: ParseError): string =>
  error.code === 'MULTIPLE_DOCS' ? 'must be a single document' : `is not YAML: ${error.message.split('\n')[0] ?? ''}`;

const ignored = (key: string): string =>
  `${verifyFileName}: ${JSON.stringify(key.slice(0, 100))} is not known to this version of Flotilla and is ignored.`;

function broken(line: number | undefined, what: string, cause?: unknown): FlotillaError {
  const where = line === undefined ? verifyFileName : `${verifyFileName}, line ${String(line)}:`;
  const sentence = `${where} ${what.slice(0, 300).replace(/[.:\s]+$/, '')}. Correct it on the target, or name a command yourself.`;
  return new FlotillaError('config-invalid', sentence, { cause });
}
