import * as vscode from 'vscode';
import { EngineError } from '../client/engineError.ts';
import type { Session } from '../protocol/session.ts';
import { can, type SessionAction } from './model/actions.ts';
import type { SessionModel } from './model/sessionModel.ts';
import { sessionIdOf } from './model/sessionIdOf.ts';
import { rowText } from './model/rowText.ts';

interface Item extends vscode.QuickPickItem {
  readonly session: Session;
}

/** Finds out which session a command is for: the one it was given, or the one that the person picks. */
export class SessionPicker {
  /** The session that is selected in the view; `given` is `'selection'` when a key was pressed there. */
  selection: () => string | undefined = () => undefined;
  readonly #model: SessionModel;

  constructor(model: SessionModel) {
    this.#model = model;
  }

  /**
   * The session that `given` names (an id, a row of the view, anything with a `sessionId`), else one picked from those that the action
   * makes sense for. `undefined` when nobody picked. Rejects with `unknown-session` or `not-in-this-state`.
   */
  async pick(given: unknown, action: SessionAction | undefined, title: string): Promise<Session | undefined> {
    await this.#model.ready();
    const id = given === 'selection' ? this.selection() : sessionIdOf(given);
    if (id !== undefined) return await this.#known(id);
    const fitting = this.#model.sessions.filter((session) => action === undefined || can(session, action));
    if (fitting.length === 0)
      throw EngineError.of('not-in-this-state', 'There is no session for which this can be done now.');
    const items = fitting.map((session): Item => ({ ...textOf(session), session }));
    const matching = { matchOnDescription: true, matchOnDetail: true };
    // A panel that had the focus takes it back late, when the palette has gone.
    const options = { title, placeHolder: 'Which session?', ...matching, ignoreFocusOut: true };
    return (await vscode.window.showQuickPick(items, options))?.session;
  }

  async #known(id: string): Promise<Session> {
    // It may be so new that the event of it is still on its way.
    if (this.#model.get(id) === undefined) await this.#model.reload();
    const session = this.#model.get(id);
    if (session === undefined) throw EngineError.of('unknown-session', `There is no session ${id} any more.`);
    return session;
  }
}

function textOf(session: Session): vscode.QuickPickItem {
  const { label, description } = rowText(session);
  return { label, description, detail: session.branch };
}
