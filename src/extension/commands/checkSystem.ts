import * as vscode from 'vscode';
import type { Check } from '../../protocol/operations.ts';
import { setContext } from '../contextKeys.ts';
import { type CommandId, ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { withProgress } from '../progress.ts';

const icons: Readonly<Record<Check['status'], string>> = { ok: 'pass', warning: 'warning', failed: 'error' };

/** What helps with a check here, where there are commands for it. */
const help: Readonly<Partial<Record<string, { readonly advice: string; readonly command: CommandId }>>> = {
  credentials: { advice: 'Choose this to set an API key.', command: ids.command.setApiKey },
  orphans: { advice: 'Choose this to take one back.', command: ids.command.adoptEnvironment },
};

interface Item extends vscode.QuickPickItem {
  readonly command: CommandId | undefined;
}

/** Checks what Flotilla needs of the machine and shows it as a list. Gives the checks. */
export async function checkSystem({ connection }: Pick<Parts, 'connection'>): Promise<readonly Check[]> {
  const { checks } = await withProgress('Checking the system', async ({ signal }) =>
    (await connection.client()).call('system.doctor', {}, { signal }),
  );
  const isOk = checks.every(({ status }) => status !== 'failed');
  setContext(ids.context.isSystemOk, isOk);
  const title = isOk ? 'Check System: ready' : 'Check System: something is missing';
  const shown = vscode.window.showQuickPick(checks.map(itemOf), { title, matchOnDetail: true, ignoreFocusOut: true });
  void Promise.resolve(shown).then((chosen) => {
    if (chosen?.command !== undefined) void vscode.commands.executeCommand(chosen.command);
  });
  return checks;
}

function itemOf({ id, title, status, message, advice }: Check): Item {
  const here = status === 'ok' ? undefined : help[id];
  const detail = here?.advice ?? advice;
  return {
    label: `$(${icons[status]}) ${title}`,
    description: message,
    ...(detail === undefined ? {} : { detail }),
    command: here?.command,
  };
}
