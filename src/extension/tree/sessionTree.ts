import * as vscode from 'vscode';
import type { Grouping } from '../model/settingTable.ts';
import type { ModelChange, SessionModel } from '../model/sessionModel.ts';
import { CoalescedCall } from '../model/coalescedCall.ts';
import { needsUser } from '../model/urgency.ts';
import { groupsOf } from './grouping.ts';
import type { GroupNode, SessionNode, TreeNode } from './nodes.ts';
import type { SessionDetails } from './sessionDetails.ts';
import { sessionTooltip } from './sessionTooltip.ts';
import { treeItem } from './treeItem.ts';

/** Changes within so many milliseconds are drawn together. */
const drawTogetherMs = 15;

/** The rows of the Sessions view, out of the model. */
export class SessionTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<TreeNode[] | undefined>;
  readonly #model: SessionModel;
  readonly #details: SessionDetails;
  readonly #grouping: () => Grouping;
  readonly #changed = new vscode.EventEmitter<TreeNode[] | undefined>();
  readonly #draw: CoalescedCall;
  readonly #listening: { dispose(): void };
  readonly #sessions = new Map<string, SessionNode>();
  #groups: readonly GroupNode[] = [];
  #dirty = new Set<string>();
  #isAllDirty = false;
  #shape = '';

  constructor(model: SessionModel, details: SessionDetails, grouping: () => Grouping) {
    this.#model = model;
    this.#details = details;
    this.#grouping = grouping;
    this.onDidChangeTreeData = this.#changed.event;
    this.#draw = new CoalescedCall(() => this.#redraw(), drawTogetherMs);
    this.#listening = model.onChange((change) => this.#note(change));
  }

  /** Draws everything anew: ages, another grouping. */
  refresh(): void {
    this.#isAllDirty = true;
    this.#draw.soon();
  }

  getChildren(node?: TreeNode): TreeNode[] | Promise<TreeNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#roots();
      case 'group':
        return node.sessionIds.filter((id) => this.#model.get(id) !== undefined).map((id) => this.nodeOf(id));
      case 'session':
        return this.#details.of(node.sessionId).then((details) => [...details]);
      case 'section':
        return [...node.children];
      default:
        return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node, this.#model);
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'group') return undefined;
    if (node.kind !== 'session') return this.nodeOf(node.sessionId);
    return this.#groups.find(({ sessionIds }) => sessionIds.includes(node.sessionId));
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const session = node.kind === 'session' ? this.#model.get(node.sessionId) : undefined;
    if (session !== undefined)
      item.tooltip = sessionTooltip(session, this.#model.progress(session.id), (id) => this.#model.get(id)?.name ?? id);
    return item;
  }

  /** The one row of a session. */
  nodeOf(sessionId: string): SessionNode {
    const known = this.#sessions.get(sessionId) ?? { kind: 'session', sessionId };
    this.#sessions.set(sessionId, known);
    return known;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#draw.dispose();
    this.#changed.dispose();
  }

  #roots(): TreeNode[] {
    const { sessions } = this.#model;
    const groups = groupsOf(sessions, this.#grouping());
    this.#groups = groups ?? [];
    this.#shape = this.#currentShape();
    return groups ?? sessions.map(({ id }) => this.nodeOf(id));
  }

  #note(change: ModelChange): void {
    if (change.kind === 'all') {
      this.refresh();
      return;
    }
    if (change.after === undefined) {
      this.#sessions.delete(change.id);
      this.#details.forget(change.id);
    }
    this.#dirty.add(change.id);
    this.#draw.soon();
  }

  /** Only rows that changed are drawn, unless sessions came, went or moved to another group, or a group says something else. */
  #redraw(): void {
    const dirty = [...this.#dirty].filter((id) => this.#model.get(id) !== undefined);
    const isShapeNew = this.#isAllDirty || this.#shape !== this.#currentShape();
    this.#dirty = new Set();
    this.#isAllDirty = false;
    this.#changed.fire(isShapeNew ? undefined : dirty.map((id) => this.nodeOf(id)));
  }

  #currentShape(): string {
    const { sessions } = this.#model;
    const groups = groupsOf(sessions, this.#grouping());
    if (groups === undefined) return sessions.map(({ id }) => id).join(' ');
    const needing = new Set(sessions.flatMap((session) => (needsUser(session) === undefined ? [] : [session.id])));
    const mark = (id: string): string => (needing.has(id) ? `!${id}` : id);
    return groups.map(({ id, sessionIds }) => `${id}=${sessionIds.map(mark).join(' ')}`).join('\n');
  }
}
