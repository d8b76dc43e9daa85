import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { adoptEnvironment } from './adoptEnvironment.ts';
import { cancelSession } from './cancelSession.ts';
import { copyBranch } from './copyBranch.ts';
import { pushSession } from './pushSession.ts';
import { removeEnvironment } from './removeEnvironment.ts';
import { removeSession } from './removeSession.ts';
import { resumeSession } from './resumeSession.ts';
import { sendMessage } from './sendMessage.ts';
import { sessionCommand } from './sessionCommand.ts';
import { showReport } from './showReport.ts';
import { showUsage } from './showUsage.ts';
import { showWaiting } from './showWaiting.ts';
import { startSession } from './startSession.ts';
import { stopSession } from './stopSession.ts';
import { takeOverSession } from './takeOverSession.ts';

const sessionCommands = {
  [ids.command.startSession]: startSession,
  [ids.command.stopSession]: stopSession,
  [ids.command.resumeSession]: resumeSession,
  [ids.command.takeOverSession]: takeOverSession,
  [ids.command.sendMessage]: sendMessage,
  [ids.command.cancelSession]: cancelSession,
  [ids.command.removeSession]: removeSession,
  [ids.command.pushSession]: pushSession,
  [ids.command.showUsage]: showUsage,
  [ids.command.copyBranch]: copyBranch,
} as const;

/** The operations of the engine on one session, and on environments that no session owns. */
export function registerSessionCommands(
  parts: Pick<Parts, 'commands' | 'connection' | 'picker' | 'model' | 'texts'>,
): undefined {
  const { commands, connection, model } = parts;
  const actions = Object.entries(sessionCommands).map(([id, command]) => [id, sessionCommand(parts, command)] as const);
  commands.registerAll(Object.fromEntries(actions));
  commands.registerAll({
    [ids.command.showReport]: sessionCommand(parts, showReport(parts.texts)),
    [ids.command.showWaiting]: () => showWaiting(model),
    [ids.command.adoptEnvironment]: async (given) => adoptEnvironment(await connection.client(), given),
    [ids.command.removeEnvironment]: async (given, more) => removeEnvironment(await connection.client(), given, more),
  });
}
