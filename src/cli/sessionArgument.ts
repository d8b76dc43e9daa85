import type { ArgumentDefinition } from './command.ts';

/** The session that a command is about. */
export const sessionArgument: ArgumentDefinition = {
  name: 'session',
  description: 'id, an unambiguous start of it, or name',
  completes: 'session',
};
