import { runHostGit } from './hostProcess.ts';

export interface Move {
  readonly name: string;
  /** What the store has under this name. */
  readonly from: string | undefined;
  readonly to: string;
}

export interface Moves {
  readonly folder: string;
  readonly prefix: string;
  /** All refs of the session. */
  readonly own: ReadonlyMap<string, string>;
  readonly moves: readonly Move[];
}

/** Moves refs of the store; a tip that its successor does not contain is kept under `previous/<number>`. */
export async function keepRefs({ folder, prefix, own, moves }: Moves, signal?: AbortSignal): Promise<void> {
  if (moves.length === 0) return;
  const blocking = [...own.keys()].filter((name) => moves.some((move) => blocks(name, move.name)));
  const left = [...blocking.flatMap((name) => own.get(name) ?? []), ...(await abandoned(folder, moves, signal))];
  const kept = new Set([...own].filter(([name]) => name.startsWith(`${prefix}previous/`)).map(([, commit]) => commit));
  const tips = [...new Set(left)].filter((commit) => !kept.has(commit));
  const next = highest(prefix, own) + 1;
  const first = [
    ...tips.map((commit, at) => `create ${prefix}previous/${next + at} ${commit}`),
    // A branch `a` that was deleted inside makes room for `a/b`; its tip is among those kept.
    ...blocking.map((name) => `delete ${name} ${own.get(name) ?? ''}`),
  ];
  await update(folder, first, signal);
  await update(
    folder,
    moves.map(({ name, from, to }) => (from === undefined ? `create ${name} ${to}` : `update ${name} ${to} ${from}`)),
    signal,
  );
}

const blocks = (name: string, wanted: string): boolean =>
  wanted.startsWith(`${name}/`) || name.startsWith(`${wanted}/`);

function highest(prefix: string, own: ReadonlyMap<string, string>): number {
  const numbers = [...own.keys()].map((name) =>
    Number(name.startsWith(`${prefix}previous/`) ? name.slice(prefix.length + 9) : 0),
  );
  return Math.max(0, ...numbers);
}

async function abandoned(folder: string, moves: readonly Move[], signal?: AbortSignal): Promise<string[]> {
  const tips: string[] = [];
  for (const { from, to } of moves) {
    if (from === undefined) continue;
    const args = ['merge-base', '--is-ancestor', from, to];
    const { exitCode } = await runHostGit({ folder, args, answers: [1] }, signal);
    if (exitCode === 1) tips.push(from);
  }
  return tips;
}

async function update(folder: string, lines: readonly string[], signal?: AbortSignal): Promise<void> {
  if (lines.length > 0)
    await runHostGit({ folder, args: ['update-ref', '--stdin'], input: `${lines.join('\n')}\n` }, signal);
}
