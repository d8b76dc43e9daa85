export const plural = (count: number, word: string): string => (count === 1 ? `one ${word}` : `${count} ${word}s`);

/** The first digits of a commit's id, for people. */
export const short = (commit: string): string => commit.slice(0, 9);
