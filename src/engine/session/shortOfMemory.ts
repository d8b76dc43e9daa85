import type { Reason } from '../../protocol/basics.ts';
import type { Session } from '../../protocol/session.ts';

/** Why a session ended whose environment ran out of memory. */
export const shortOfMemory = ({ limits }: Session): Reason => ({
  code: 'out-of-memory',
  message: `The environment ran out of memory (limit ${Math.round(limits.memory / 1024 ** 2)} MiB). Resume the session, or start one with a higher limit.`,
});
