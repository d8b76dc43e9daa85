import * as z from 'zod';

/** Who asked: carried by every call and every event. */
export const actorSchema = z.strictObject({
  face: z.enum(['cli', 'vscode', 'mcp', 'rest', 'engine', 'session']),
  /** The user's login name on the host, or `engine` for what the engine does of its own accord. */
  user: z.string().min(1).max(256),
  /** The session that asked, when a session asks. */
  session: z.string().max(64).optional(),
});

export type Actor = z.infer<typeof actorSchema>;
