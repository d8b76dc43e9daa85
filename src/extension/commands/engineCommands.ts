import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { showEngineLog } from './showEngineLog.ts';
import { showEngineStatus } from './showEngineStatus.ts';

/** Commands about the engine itself. */
export function registerEngineCommands({
  commands,
  connection,
  log,
}: Pick<Parts, 'commands' | 'connection' | 'log'>): undefined {
  commands.registerAll({
    [ids.command.showEngineStatus]: () => showEngineStatus({ connection, log }),
    [ids.command.showEngineLog]: () => showEngineLog({ connection }),
    [ids.command.showLog]: () => log.show(),
  });
}
