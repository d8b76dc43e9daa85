import * as vscode from 'vscode';
import { changeLetters } from '../../protocol/changeLetters.ts';
import type { Session } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import { allActions, can } from '../model/actions.ts';
import { ageText } from '../model/ageText.ts';
import { oneLine } from '../model/oneLine.ts';
import { rowText } from '../model/rowText.ts';
import type { SessionModel } from '../model/sessionModel.ts';
import { needsUser } from '../model/urgency.ts';
import type { CheckpointNode, FileNode, GroupNode, SectionNode, TreeNode } from './nodes.ts';
import { sessionIcon } from './sessionIcon.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** How a node of the view looks. Tooltips of sessions come later, when they are asked for. */
export function treeItem(node: TreeNode, model: SessionModel): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return groupItem(node, model);
    case 'session':
      return sessionItem(node.sessionId, model);
    case 'section':
      return sectionItem(node);
    case 'file':
      return fileItem(node);
    case 'checkpoint':
      return checkpointItem(node);
    case 'note':
      return Object.assign(new vscode.TreeItem(node.text, None), { contextValue: 'note' });
  }
}

function groupItem({ id, label, sessionIds }: GroupNode, model: SessionModel): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(label, 120), Expanded);
  const needing = sessionIds.filter((sessionId) => {
    const session = model.get(sessionId);
    return session !== undefined && needsUser(session) !== undefined;
  }).length;
  item.id = id;
  item.contextValue = 'group';
  item.description =
    needing === 0
      ? String(sessionIds.length)
      : `${sessionIds.length}, ${needing} ${needing === 1 ? 'needs' : 'need'} you`;
  if (id.startsWith('repository:')) item.iconPath = new vscode.ThemeIcon('repo');
  return item;
}

function sessionItem(id: string, model: SessionModel): vscode.TreeItem {
  const session = model.get(id);
  if (session === undefined) return new vscode.TreeItem(id, None);
  const { label, description } = rowText(session, model.progress(id));
  const item = new vscode.TreeItem(label, Collapsed);
  const { icon, color } = sessionIcon(session);
  item.id = `session:${id}`;
  item.description = `${description} · ${oneLine(session.branch, 60)}`;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = `session ${actionsText(session)}`;
  item.accessibilityInformation = { label: `${label}, ${description}, branch ${session.branch}`, role: 'treeitem' };
  item.command = { command: ids.command.openSession, title: 'Open Session', arguments: [id] };
  return item;
}

const actionsText = (session: Session): string =>
  allActions
    .filter((action) => can(session, action))
    .map((action) => `can:${action}`)
    .join(' ');

function sectionItem({ section, sessionId, children }: SectionNode): vscode.TreeItem {
  const isChanges = section === 'changes';
  const item = new vscode.TreeItem(isChanges ? 'Changes' : 'Checkpoints', isChanges ? Expanded : Collapsed);
  item.id = `${section}:${sessionId}`;
  item.description = String(children.length);
  item.iconPath = new vscode.ThemeIcon(isChanges ? 'diff-multiple' : 'history');
  item.contextValue = section;
  return item;
}

function fileItem({ sessionId, file }: FileNode): vscode.TreeItem {
  const cut = file.path.lastIndexOf('/') + 1;
  const item = new vscode.TreeItem(oneLine(file.path.slice(cut), 200), None);
  const lines = file.added === undefined ? 'binary' : `+${file.added} -${file.removed ?? 0}`;
  item.id = `file:${sessionId}:${file.path}`;
  item.description = `${changeLetters[file.status]} ${lines} ${oneLine(file.path.slice(0, cut), 200)}`.trim();
  item.resourceUri = vscode.Uri.from({ scheme: ids.scheme.files, authority: sessionId, path: `/${file.path}` });
  item.iconPath = vscode.ThemeIcon.File;
  item.tooltip = file.from === undefined ? file.path : `${file.from} → ${file.path}`;
  item.accessibilityInformation = { label: `${file.path}, ${file.status}, ${lines}`, role: 'treeitem' };
  item.contextValue = 'file';
  item.command = { command: ids.command.openDiff, title: 'Open Changes', arguments: [{ sessionId, file }] };
  return item;
}

function checkpointItem({ sessionId, label, commit, at }: CheckpointNode): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(label, 80), None);
  item.id = `checkpoint:${sessionId}:${commit}`;
  item.description = `${commit.slice(0, 9)} · ${ageText(at)}`;
  item.iconPath = new vscode.ThemeIcon('git-commit');
  item.contextValue = 'checkpoint';
  item.command = {
    command: ids.command.openChanges,
    title: 'Open Changes',
    arguments: [{ sessionId, checkpoint: commit }],
  };
  return item;
}
