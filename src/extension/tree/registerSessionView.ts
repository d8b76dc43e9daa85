import * as vscode from 'vscode';
import { setContext } from '../contextKeys.ts';
import { ids } from '../ids.ts';
import type { Grouping } from '../model/settingTable.ts';
import type { Parts } from '../parts.ts';
import { onSetting, readSetting } from '../settings.ts';
import type { TreeNode } from './nodes.ts';
import { SessionDetails } from './sessionDetails.ts';
import { SessionTree } from './sessionTree.ts';
import { showViewState } from './viewState.ts';

/** How often the ages in a visible view are drawn anew, in milliseconds. */
const agesEvery = 60_000;

/** The Sessions view with its badge and its commands. */
export function registerSessionView({
  model,
  connection,
  commands,
  picker,
}: Pick<Parts, 'model' | 'connection' | 'commands' | 'picker'>): vscode.Disposable {
  const grouping = (): Grouping => readSetting(ids.setting.groupBy);
  const tree = new SessionTree(model, new SessionDetails(model, connection), grouping);
  const view = vscode.window.createTreeView(ids.view.sessions, { treeDataProvider: tree, showCollapseAll: true });
  const group = (): void => {
    setContext(ids.context.grouping, grouping());
    tree.refresh();
  };
  group();
  showViewState(view, model);
  picker.selection = () => selectedSession(view);
  const ages = setInterval(() => view.visible && tree.refresh(), agesEvery);
  commands.registerAll({
    [ids.command.refresh]: () => model.reload(),
    [ids.command.groupByRepository]: regroup('repository'),
    [ids.command.groupByState]: regroup('state'),
    [ids.command.showFlat]: regroup('none'),
  });
  return vscode.Disposable.from(
    tree,
    view,
    model.onChange(() => {
      showViewState(view, model);
    }),
    onSetting([ids.setting.groupBy], group),
    view.onDidChangeVisibility(({ visible }) => visible && model.start()),
    { dispose: () => clearInterval(ages) },
  );
}

/** Where the setting is set already, so that the choice is seen; otherwise for all windows. */
const regroup = (to: Grouping) => async () => {
  const all = vscode.workspace.getConfiguration();
  const isOfWorkspace = all.inspect(ids.setting.groupBy)?.workspaceValue !== undefined;
  const { Global, Workspace } = vscode.ConfigurationTarget;
  await all.update(ids.setting.groupBy, to, isOfWorkspace ? Workspace : Global);
};

function selectedSession(view: vscode.TreeView<TreeNode>): string | undefined {
  const [node] = view.selection;
  return node === undefined || node.kind === 'group' ? undefined : node.sessionId;
}
