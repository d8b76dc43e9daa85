export const plural = (count: number, word: string): string => (count === 1 ? `one ${word}` : `${count} ${word}s`);

/** The first digits of a commit's id, for people. */
export const short = (commit: string): string => commit.slice(0, 9);

/** A command in a sentence: its first line, not too long. */
export const shown = (command: string): string => {
  const [line = ''] = command.trim().split('\n');
  return line.length < command.trim().length || line.length > 200 ? `${line.slice(0, 200)}…` : line;
};
