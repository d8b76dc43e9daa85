import * as vscode from 'vscode';
import { ids } from './ids.ts';
import { CoalescedCall } from './model/coalescedCall.ts';
import { statusText } from './model/statusText.ts';
import type { Parts } from './parts.ts';
import { onSetting, readSetting } from './settings.ts';

/** How many sessions run and how many need the user; a click brings one to those. */
export function registerStatusBar({ model }: Pick<Parts, 'model'>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(ids.statusBar, vscode.StatusBarAlignment.Left, 50);
  item.name = 'Flotilla Sessions';
  item.command = ids.command.showWaiting;
  const update = new CoalescedCall(() => {
    const { text, tooltip, needing, isShown } = statusText(model.sessions, model.engine);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: `Flotilla: ${tooltip}`, role: 'button' };
    item.backgroundColor = needing > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    if (isShown && readSetting(ids.setting.statusBar)) item.show();
    else item.hide();
  }, 50);
  update.now();
  return vscode.Disposable.from(
    item,
    update,
    model.onChange(() => {
      update.soon();
    }),
    onSetting([ids.setting.statusBar], () => {
      update.now();
    }),
  );
}
