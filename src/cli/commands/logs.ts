import { z } from 'zod';
import { type Session, endedStates } from '../../protocol/session.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { followSession } from '../followSession.ts';
import { showLog } from '../showLog.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { exitCodeOfSession } from '../summary.ts';
import { withEngine } from '../withEngine.ts';

const isOver = ({ state }: Session): boolean => endedStates.includes(state);

export const logs = defineCommand(
  {
    name: 'logs',
    summary: 'show what happened in a session: its steps and what Claude did',
    arguments: [sessionArgument],
    options: [
      { flags: '-f, --follow', description: 'go on until the session is over' },
      { flags: '--json', description: 'one JSON document a line: {"entry"} for what was, {"event"} for what comes' },
    ],
    examples: [
      ['flotilla logs fix-login', 'all so far'],
      ['flotilla logs -f fix-login', 'and what comes; the exit code is 1 when the session fails'],
    ],
  },
  z.object({ session: z.string(), follow: z.boolean().default(false) }),
  (context, { session: key, follow }) =>
    withEngine(context, async (engine) => {
      const before = await engine.call('session.get', { session: key });
      const { id } = before.session;
      const after = await showLog(context.output, engine, id, 0);
      if (!follow) return exitCodes.ok;
      // What ended the session may stand between the log that was read and now: then the rest of the log says so.
      const { session } = await engine.call('session.get', { session: id });
      if (isOver(session)) {
        await showLog(context.output, engine, id, after);
        return exitCodeOfSession(session);
      }
      const { signal } = new AbortController();
      const last = await followSession({ engine, output: context.output, session, after, signal, isOver });
      return last === undefined ? exitCodes.cancelled : exitCodeOfSession(last);
    }),
);
