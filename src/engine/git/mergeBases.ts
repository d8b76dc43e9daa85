import type { GitCommand } from './runner.ts';

/** The best common ancestors, as `git merge-base` gives them for these arguments; none when histories have nothing in common. */
export const mergeBases = (args: readonly string[]): GitCommand<string[]> => ({
  args: ['merge-base', ...args],
  answers: [1],
  parse: ({ stdout }) => stdout.toString('latin1').split('\n').slice(0, -1),
});
