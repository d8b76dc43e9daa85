import * as z from 'zod';
import { sessionIdSchema } from '../../protocol/session.ts';

const givenSchema = z.union([
  sessionIdSchema,
  z.object({ sessionId: sessionIdSchema }).transform(({ sessionId }) => sessionId),
]);

/** The session that a command's argument names; `undefined` for what names none. */
export const sessionIdOf = (given: unknown): string | undefined => givenSchema.safeParse(given).data;
