import { cleanLine } from './cleanText.ts';
import type { Command, Completes } from './command.ts';
import type { CliContext } from './context.ts';
import { groupSummaries } from './helpWords.ts';
import { withEngine } from './withEngine.ts';
import { stateText } from './words.ts';

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Instead of candidates: the shell's own completion of files or folders. */
const directives: Readonly<Partial<Record<Completes, string>>> = { file: ':files', folder: ':folders' };
/** A shell must not hang because an engine does, in milliseconds. */
const patienceMs = 1500;

/** What may stand at the last of these words. Never starts an engine and never fails. */
export async function complete(
  context: CliContext,
  commands: readonly Command[],
  words: readonly string[],
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = commands.find(({ name }) => {
    const parts = name.split(' ');
    return parts.length <= before.length && parts.every((part, index) => before[index] === part);
  });
  const candidates = command === undefined ? names(commands, before) : await inCommand(context, command, before, typed);
  return candidates.filter(({ value }) => value.startsWith(typed) || value.startsWith(':'));
}

/** First or second words of commands. */
function names(commands: readonly Command[], before: readonly string[]): Candidate[] {
  const depth = before.length;
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    const parts = name.split(' ');
    const word = parts[depth];
    if (word === undefined || !before.every((each, index) => parts[index] === each)) continue;
    found.set(word, parts.length > depth + 1 ? (groupSummaries[word] ?? summary) : summary);
  }
  return [...found].map(([value, about]) => ({ value, about }));
}

async function inCommand(
  context: CliContext,
  command: Command,
  before: readonly string[],
  typed: string,
): Promise<Candidate[]> {
  const given = before.slice(command.name.split(' ').length);
  const option = command.options.find(
    ({ flags }) => flags.includes('<') && flagNames(flags).includes(given.at(-1) ?? ''),
  );
  if (option !== undefined) return values(context, option);
  if (typed.startsWith('-')) return optionNames(command);
  const argument = command.arguments[positionals(command, given)];
  return argument === undefined ? [] : values(context, argument);
}

const flagNames = (flags: string): string[] => flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));

const optionNames = ({ options }: Command): Candidate[] => [
  ...options.flatMap(({ flags, description }) =>
    flagNames(flags)
      .filter((name) => name.startsWith('--'))
      .map((value) => ({ value, about: description })),
  ),
  { value: '--help', about: 'print help' },
];

/** How many arguments are there already: words that are neither options nor values of options. */
function positionals({ options }: Command, given: readonly string[]): number {
  const withValue = options.filter(({ flags }) => flags.includes('<')).flatMap(({ flags }) => flagNames(flags));
  return given.filter(
    (word, index) => !(word.startsWith('-') && word !== '-') && !withValue.includes(given[index - 1] ?? ''),
  ).length;
}

async function values(
  context: CliContext,
  {
    completes,
    choices,
  }: { readonly completes?: Completes | undefined; readonly choices?: readonly string[] | undefined },
): Promise<Candidate[]> {
  if (choices !== undefined) return choices.map((value) => ({ value, about: '' }));
  const directive = directives[completes ?? 'none'];
  if (directive !== undefined) return [{ value: directive, about: '' }];
  if (completes !== 'session' && completes !== 'orphan') return [];
  try {
    return await (completes === 'session' ? sessions(context) : orphans(context));
  } catch {
    return [];
  }
}

const sessions = (context: CliContext): Promise<Candidate[]> =>
  withEngine(
    context,
    async (engine) => {
      const answer = await engine.call('session.list', {}, { signal: AbortSignal.timeout(patienceMs) });
      return answer.sessions.flatMap((session) => {
        const name = cleanLine(session.name);
        const state = stateText(session);
        const byName = /^[\w.@%+=:,/-]+$/.test(name) ? [{ value: name, about: state }] : [];
        return [...byName, { value: session.id, about: `${name} (${state})` }];
      });
    },
    { start: 'never' },
  );

const orphans = (context: CliContext): Promise<Candidate[]> =>
  withEngine(
    context,
    async (engine) => {
      const answer = await engine.call('orphan.list', {}, { signal: AbortSignal.timeout(patienceMs) });
      return answer.orphans.map(({ sessionId, running }) => ({
        value: cleanLine(sessionId),
        about: running ? 'running' : 'not running',
      }));
    },
    { start: 'never' },
  );
