/**
 * For a git that reads what a session made: bytes of one piece of memory that it may ask for. A few kilobytes of deltas stand for any number,
 * and git would unpack them in memory; honest files of this size are streamed. Known to every git (`wrapper.c`), though its manual lacks it.
 */
export const boundedMemory: Readonly<Record<string, string>> = { GIT_ALLOC_LIMIT: '1g' };
