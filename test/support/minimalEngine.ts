/**
 * An engine with nothing in it but its life, store and server, for tests of these: started by the client like the real one. What it shall
 * be is said in its environment: MINIMAL_VERSION, MINIMAL_FAIL (a sentence to fail with), FLOTILLA_IDLE_MS, MINIMAL_BUSY.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Operations } from '../../src/engine/operations/context.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { parseEngineArguments } from '../../src/engine/server/engineArguments.ts';
import { type EngineParts, runEngine } from '../../src/engine/server/engineLife.ts';

const {
  MINIMAL_VERSION: version = '1.0.0',
  MINIMAL_FAIL: failure,
  MINIMAL_BUSY: busy,
  FLOTILLA_IDLE_MS: idle,
} = process.env;
const waitSchema = z.object({ session: z.string() });

function operations(parts: EngineParts): Operations {
  return {
    run: async (name, input, { signal, actor }) => {
      switch (name) {
        case 'engine.stop':
          parts.stop('asked to');
          return {};
        case 'session.list':
          return { sessions: parts.store.sessions.list(), seq: parts.store.journal.lastSeq() };
        case 'session.remove': {
          // Takes as many milliseconds as the session's name says, and tells its begin and its end.
          const ms = Number(waitSchema.parse(input).session);
          const tell = (what: string): unknown =>
            parts.store.journal.append(actor, undefined, { type: 'engine.orphan', data: { sessionId: 'x', what } });
          tell('begun');
          await sleep(ms, undefined, { signal }).finally(() => tell('over'));
          return { removed: String(ms) };
        }
        case 'orphan.remove':
          parts.store.journal.append(actor, undefined, { type: 'engine.orphan', data: { sessionId: 'x', what: 'y' } });
          return { removed: [] };
        case 'credentials.clear':
          setTimeout(() => {
            throw new Error('nobody catches this');
          });
          return {};
        default:
          throw new FlotillaError('unknown-operation', `There is no ${name} in the minimal engine.`);
      }
    },
  };
}

process.exit(
  await runEngine({
    folders: parseEngineArguments(process.argv.slice(2)),
    version,
    ...(idle === undefined ? {} : { idleMs: Number(idle) }),
    build: async (parts) => {
      await Promise.resolve();
      if (failure !== undefined) throw new FlotillaError('config-invalid', failure);
      return {
        operations: operations(parts),
        terminals: { attach: () => Promise.reject(new FlotillaError('unknown-session', 'There is no such session.')) },
        busy: () => busy !== undefined,
        close: () => Promise.resolve(),
      };
    },
  }),
);
