import type { PanelAction } from '../../protocol/panel.ts';
import type { Session } from '../../protocol/session.ts';
import { type CommandId, ids } from '../ids.ts';
import { can, type SessionAction } from '../model/actions.ts';

interface Action {
  readonly needs: SessionAction;
  readonly command: CommandId;
}

const actions: Readonly<Record<PanelAction, Action>> = {
  start: { needs: 'start', command: ids.command.startSession },
  stop: { needs: 'stop', command: ids.command.stopSession },
  resume: { needs: 'resume', command: ids.command.resumeSession },
  takeOver: { needs: 'takeOver', command: ids.command.takeOverSession },
  cancel: { needs: 'cancel', command: ids.command.cancelSession },
  push: { needs: 'push', command: ids.command.pushSession },
  land: { needs: 'land', command: ids.command.landSession },
  remove: { needs: 'remove', command: ids.command.removeSession },
  allChanges: { needs: 'changes', command: ids.command.openChanges },
  nativeTerminal: { needs: 'terminal', command: ids.command.openTerminal },
  shell: { needs: 'attach', command: ids.command.openShell },
  attach: { needs: 'attach', command: ids.command.attachContainer },
};

const names = Object.keys(actions).filter((name): name is PanelAction => Object.hasOwn(actions, name));

/** What a session's panel offers now. */
export const panelActions = (session: Session): PanelAction[] =>
  names.filter((name) => can(session, actions[name].needs));

/** The command behind a button; each checks for itself whether it can be done. */
export const commandOf = (action: PanelAction): CommandId => actions[action].command;
