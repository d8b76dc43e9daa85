import * as vscode from 'vscode';
import { placeOf } from '../files/place.ts';
import type { Forecast } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import { forecastOf } from '../model/forecastOf.ts';
import { oneLine } from '../model/oneLine.ts';
import type { ModelChange, SessionModel } from '../model/sessionModel.ts';

/** Marks the files of sessions that would conflict, wherever VS Code shows them: in the Sessions view, in tabs. */
export class ConflictDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly onDidChangeFileDecorations: vscode.Event<undefined>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #model: SessionModel;
  readonly #registered: { dispose(): void }[];

  constructor(model: SessionModel) {
    this.#model = model;
    this.onDidChangeFileDecorations = this.#changed.event;
    this.#registered = [
      vscode.window.registerFileDecorationProvider(this),
      model.onChange((change) => {
        if (isOfForecasts(change)) this.#changed.fire(undefined);
      }),
    ];
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const place = uri.scheme === ids.scheme.files ? placeOf(uri) : undefined;
    const session = place === undefined ? undefined : this.#model.get(place.session);
    const forecast = session === undefined ? undefined : forecastOf(session);
    if (place === undefined || forecast === undefined) return undefined;
    const others = forecast.sessions.filter(({ files }) => files.includes(place.path));
    const names = others.map(({ session }) => `"${oneLine(this.#model.get(session)?.name ?? session, 60)}"`);
    const withAll = [...(forecast.files.includes(place.path) ? [oneLine(forecast.target, 60)] : []), ...names];
    if (withAll.length === 0) return undefined;
    const color = new vscode.ThemeColor('gitDecoration.conflictingResourceForeground');
    return new vscode.FileDecoration('!', `Conflicts with ${withAll.join(' and ')}`, color);
  }

  dispose(): void {
    for (const one of this.#registered) one.dispose();
    this.#changed.dispose();
  }
}

const isOfForecasts = (change: ModelChange): boolean =>
  change.kind === 'all' || seenOf(change.before) !== seenOf(change.after);

const seenOf = (session: Session | undefined): Forecast | undefined =>
  session === undefined ? undefined : forecastOf(session);
