import { parseArgs } from 'node:util';

const parts = ['fuzz', 'hiccups', 'kills', 'matrix', 'schedule', 'sessions'] as const;
export type Part = (typeof parts)[number];

export interface SoakOptions {
  readonly parts: readonly Part[];
  /** How long sessions are started, stopped and killed. */
  readonly minutes: number;
  readonly sessions: number;
  /** Disasters of the random schedule. */
  readonly disasters: number;
  readonly seed: number;
  /** Cases of each fuzzed property. */
  readonly cases: number;
}

export const usage = `npm run soak [-- [--minutes <n>] [--sessions <n>] [--disasters <n>] [--cases <n>] [--seed <n>] [<part> ...]]

Tries to break Flotilla for as long as one likes. Parts: ${parts.join(', ')}; all of them when none is named.
hiccups runs the real tests while random processes of theirs are stopped for up to 1.3 s (Linux).
  --minutes     how long sessions are started, sent to, stopped and killed; default 30
  --sessions    how many at once; default 50, each with a container of its own
  --disasters   how many of the random schedule; default 50
  --cases       cases of each of some sixty fuzzed properties; default 5000
  --seed        the same schedule again; printed at the beginning`;

/** Reads the command line; throws with a sentence for what it does not know. */
export function soakOptions(args: readonly string[]): SoakOptions | 'help' {
  const number = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      minutes: number,
      sessions: number,
      disasters: number,
      cases: number,
      seed: number,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.find((name) => !isPart(name));
  if (unknown !== undefined) throw new Error(`${unknown} is no part: ${parts.join(', ')}.`);
  return {
    parts: positionals.length === 0 ? parts : positionals.filter(isPart),
    minutes: positive('minutes', values.minutes ?? '30'),
    sessions: positive('sessions', values.sessions ?? '50'),
    disasters: positive('disasters', values.disasters ?? '50'),
    cases: positive('cases', values.cases ?? '5000'),
    seed: positive('seed', values.seed ?? String((Date.now() % 1_000_000) + 1)),
  };
}

const isPart = (name: string): name is Part => parts.some((part) => part === name);

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} must be a number above 0, not ${text}.`);
}
