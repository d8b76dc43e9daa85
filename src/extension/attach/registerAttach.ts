import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { attachContainer } from './attachContainer.ts';
import { copyExecCommand } from './copyExecCommand.ts';
import { openShell } from './openShell.ts';

/** The ways into a session's container. */
export function registerAttach(parts: Pick<Parts, 'connection' | 'picker' | 'commands'>): undefined {
  parts.commands.registerAll({
    [ids.command.attachContainer]: (given, more) => attachContainer(parts, given, more),
    [ids.command.copyExecCommand]: (given) => copyExecCommand(parts, given),
    [ids.command.openShell]: (given) => openShell(parts, given),
  });
}
