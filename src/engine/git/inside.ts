/**
 * Where our scripts and their state are inside every environment. These are `places.tools` and `places.claude` of the runtime's contract,
 * which this room may not import; a test keeps them the same.
 */
export const inside = {
  tools: '/flotilla/tools',
  objects: '/flotilla/objects',
  /** Kept between checkpoints, outside of the workspace. */
  checkpoints: '/flotilla/claude/checkpoints',
} as const;

/** A command for an environment: program and arguments, no shell. */
export type InsideCommand = readonly [string, ...string[]];
