/**
 * Variables for a git that reads what a session made. A few kilobytes of deltas stand for any number of bytes, and git would unpack them in memory.
 * So one piece of memory is bounded (`GIT_ALLOC_LIMIT`, known to every git though its manual lacks it: `wrapper.c`), with room for the largest file
 * that git itself makes deltas of, 512 MB; and larger files than any that people read are streamed, and compared as binary ones.
 */
export const boundedMemory: Readonly<Record<string, string>> = {
  GIT_ALLOC_LIMIT: '640m',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.bigFileThreshold',
  GIT_CONFIG_VALUE_0: '64m',
};
