import * as vscode from 'vscode';
import type { SettingId } from './ids.ts';
import { settingTable, type SettingValue } from './model/settingTable.ts';

/** A setting's value, checked; its default when it holds something impossible. */
export function readSetting<K extends SettingId>(id: K): SettingValue<K> {
  // The schema was taken from the table by the same id.
  return settingTable[id].parse(vscode.workspace.getConfiguration().get(id)) as SettingValue<K>;
}

/** Tells when one of these settings has changed. */
export const onSetting = (ids: readonly SettingId[], changed: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (ids.some((id) => event.affectsConfiguration(id))) changed();
  });
