import * as vscode from 'vscode';
import type { Session } from '../protocol/session.ts';
import { ids, type CommandId, type SettingId } from './ids.ts';
import { type Notice, noticeOf } from './model/notices.ts';
import type { Parts } from './parts.ts';
import { readSetting } from './settings.ts';
import { TellOnce } from './tellOnce.ts';

const settingOf = {
  'needs-input': ids.setting.notifyNeedsInput,
  finished: ids.setting.notifyFinished,
  failed: ids.setting.notifyFailed,
  'landing-needs-you': ids.setting.notifyLandingNeedsYou,
  landed: ids.setting.notifyLanded,
  'landing-failed': ids.setting.notifyLandingFailed,
} as const satisfies Readonly<Record<Notice['kind'], SettingId>>;

/** The session's panel is in front of the person's eyes: what happens in it is seen there. */
function isLookedAt({ name }: Session): boolean {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const isPanel = tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(ids.panel.session);
  return vscode.window.state.focused && isPanel && tab.label === name;
}

/** Tells when a session or its landing needs the user, has finished or has failed: once, in one window, unless that kind is switched off. */
export function registerNotifications({
  context,
  model,
  log,
}: Pick<Parts, 'context' | 'model' | 'log'>): vscode.Disposable {
  const once = new TellOnce(vscode.Uri.joinPath(context.globalStorageUri, 'told').fsPath);
  const tell = async (notice: Notice): Promise<void> => {
    if (!readSetting(settingOf[notice.kind])) return;
    // The session's id keeps numbers of different engines apart.
    const isFirst = await once.claim(`${notice.session.id}-${notice.seq}`, vscode.window.state.focused);
    if (isFirst && !isLookedAt(notice.session)) await show(notice);
  };
  return vscode.Disposable.from(
    model.onChange((change) => {
      const notice = noticeOf(change);
      if (notice !== undefined)
        tell(notice).catch((error: unknown) => {
          log.error(error instanceof Error ? error : String(error));
        });
    }),
  );
}

interface Choice {
  readonly title: string;
  readonly command: CommandId;
  readonly given: readonly unknown[];
}

function choiceOf({ kind, session, isAboutCredentials }: Notice): Choice {
  if (isAboutCredentials) return { title: 'Set API Key', command: ids.command.setApiKey, given: [] };
  const isOfLanding = kind.startsWith('land');
  const title = isOfLanding ? 'Show Landing' : 'Open Session';
  return { title, command: ids.command.openSession, given: isOfLanding ? [session.id, 'landing'] : [session.id] };
}

/** One question for a credential is enough, however many sessions lack it. */
let asksForCredential = false;

async function show(notice: Notice): Promise<void> {
  if (!notice.isAboutCredentials) return showNow(notice);
  if (asksForCredential) return;
  asksForCredential = true;
  try {
    await showNow(notice);
  } finally {
    asksForCredential = false;
  }
}

async function showNow(notice: Notice): Promise<void> {
  const choice = choiceOf(notice);
  const isGood = notice.kind === 'finished' || notice.kind === 'landed';
  const message = isGood
    ? vscode.window.showInformationMessage(notice.text, choice)
    : vscode.window.showWarningMessage(notice.text, choice);
  if ((await message) !== undefined) await vscode.commands.executeCommand(choice.command, ...choice.given);
}
