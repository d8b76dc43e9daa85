import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type PanelMessage, panelMessageSchema, type PanelTab, type PanelUpdate } from '../../protocol/panel.ts';
import { ids } from '../ids.ts';
import { showError } from '../messages.ts';
import { can } from '../model/actions.ts';
import { oneLine } from '../model/oneLine.ts';
import type { EngineState, ModelChange } from '../model/sessionModel.ts';
import type { Parts } from '../parts.ts';
import { landingCommandOf } from '../landing/panelLanding.ts';
import { commandOf, panelActions } from './panelActions.ts';
import { openLink, writeClipboard } from './panelDoors.ts';
import { type PanelFeeds, panelFeeds } from './panelFeeds.ts';
import { panelPage } from './panelPage.ts';
import { onTerminalLook, terminalLook } from './terminalLook.ts';

export type PanelParts = Pick<Parts, 'context' | 'log' | 'connection' | 'model'>;

type MessageOf<T extends PanelMessage['type']> = Extract<PanelMessage, { type: T }>;
type Receivers = { readonly [T in PanelMessage['type']]: (message: MessageOf<T>) => unknown };

const longestTitle = 30;

/** One session's panel. The page lives only while it can be seen: each time it comes up it is sent everything anew. */
export class SessionPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #id: string;
  readonly #parts: PanelParts;
  readonly #feeds: PanelFeeds;
  readonly #receivers: Receivers;
  readonly #registered: vscode.Disposable;
  /** The page runs and listens. */
  #isReady = false;
  /** The work whose changes were read last; empty before the page asked for any. */
  #changesOf = '';
  #nextTab: PanelTab | undefined;

  constructor(panel: vscode.WebviewPanel, sessionId: string, parts: PanelParts) {
    this.#panel = panel;
    this.#id = sessionId;
    this.#parts = parts;
    this.#feeds = panelFeeds(parts, {
      sessionId,
      post: (update) => this.#post(update),
      isActive: () => panel.active,
    });
    this.#receivers = this.#makeReceivers();
    this.#registered = this.#listen();
    this.#name();
    this.#load();
  }

  /** Brings the panel up, with this part of it on show. */
  reveal(tab?: PanelTab): void {
    this.#nextTab = tab;
    this.#panel.reveal();
    if (this.#isReady) this.#showTab();
  }

  dispose(): void {
    this.#isReady = false;
    this.#feeds.terminal.stop();
    this.#feeds.resources.stop();
    this.#feeds.landing.stop();
    this.#registered.dispose();
  }

  #load(): void {
    const panel = this.#panel;
    const { extensionUri } = this.#parts.context;
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')],
    };
    panel.webview.html = panelPage({
      sessionId: this.#id,
      nonce: randomBytes(24).toString('base64url'),
      source: panel.webview.cspSource,
      file: (name) => panel.webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', name)).toString(),
    });
  }

  #listen(): vscode.Disposable {
    const { model } = this.#parts;
    return vscode.Disposable.from(
      this.#panel.webview.onDidReceiveMessage((message) => this.#receive(message)),
      this.#panel.onDidChangeViewState(() => this.#seen()),
      onTerminalLook(() => this.#post({ type: 'look', look: terminalLook() })),
      model.onChange((change) => this.#changed(change)),
      model.onEvent((event) => {
        if (event.sessionId !== this.#id) return;
        this.#feeds.timeline.take(event);
        this.#feeds.landing.take(event);
      }),
    );
  }

  #post(update: PanelUpdate): void {
    if (this.#isReady) void this.#panel.webview.postMessage(update);
  }

  /** What a page says is believed only in the shapes of the table. */
  #receive(said: unknown): void {
    const message = panelMessageSchema.safeParse(said);
    if (message.success) void this.#act(message.data);
    else this.#parts.log.warn('A panel said what is not in the table of messages; it was dropped.');
  }

  async #act<T extends PanelMessage['type']>(message: MessageOf<T>): Promise<void> {
    const type: T = message.type;
    try {
      await this.#receivers[type](message);
    } catch (error) {
      await showError(this.#parts.log, error);
    }
  }

  #makeReceivers(): Receivers {
    const { terminal } = this.#feeds;
    const toTerminal = (message: Parameters<typeof terminal.receive>[0]): void => terminal.receive(message);
    return {
      ready: () => this.#begin(),
      action: ({ action }) => vscode.commands.executeCommand(commandOf(action), this.#id),
      send: ({ id, text }) => this.#send(id, text),
      readChanges: () => this.#readChanges(),
      readLanding: ({ plan }) => this.#feeds.landing.read(plan),
      landing: ({ action, path }) =>
        vscode.commands.executeCommand(landingCommandOf(action), this.#id, path === undefined ? undefined : { path }),
      openChange: ({ path }) => this.#openChange(path),
      openLink: ({ url }) => openLink(url),
      copy: ({ text }) => vscode.env.clipboard.writeText(text),
      clipboardWrite: ({ text }) => writeClipboard(text, this.#panel.active),
      problem: ({ message }) => this.#parts.log.error(`In the panel of session ${this.#id}: ${message}`),
      showTerminal: toTerminal,
      input: toTerminal,
      focus: toTerminal,
      resize: toTerminal,
      ack: toTerminal,
    };
  }

  async #begin(): Promise<void> {
    this.#isReady = true;
    this.#parts.model.start();
    this.#post({ type: 'look', look: terminalLook() });
    this.#show();
    this.#showTab();
    // A long timeline takes the page a while: a terminal that is on show comes first.
    await nextTurn();
    await this.#feeds.timeline.show();
  }

  #showTab(): void {
    if (this.#nextTab !== undefined) this.#post({ type: 'tab', tab: this.#nextTab });
    this.#nextTab = undefined;
  }

  async #send(id: number, text: string): Promise<void> {
    try {
      const client = await this.#parts.connection.client();
      await client.call('session.send', { session: this.#id, text });
      this.#post({ type: 'sent', id, ok: true });
    } catch (error) {
      this.#post({ type: 'sent', id, ok: false });
      throw error;
    }
  }

  async #openChange(path: string): Promise<void> {
    if (this.#feeds.changes.has(path)) await vscode.commands.executeCommand(ids.command.openDiff, this.#id, path);
  }

  #readChanges(): Promise<void> {
    this.#changesOf = this.#work();
    return this.#feeds.changes.read();
  }

  /** A page that can't be seen is gone: nothing streams, and the next one begins anew. */
  #seen(): void {
    if (this.#panel.visible) {
      if (!this.#isReady) this.#feeds.terminal.prepare();
      return;
    }
    this.#isReady = false;
    this.#changesOf = '';
    this.#feeds.landing.stop();
    this.#feeds.terminal.stop();
    this.#feeds.resources.stop();
  }

  #changed(change: ModelChange): void {
    if (change.kind === 'session' && change.id !== this.#id) return;
    this.#name();
    this.#show();
    if (!this.#isReady) return;
    this.#feeds.terminal.retry();
    if (change.kind === 'all') void this.#feeds.timeline.catchUp();
    void this.#feeds.landing.changed();
    if (this.#changesOf !== '' && this.#changesOf !== this.#work()) void this.#readChanges();
  }

  #show(): void {
    const { model } = this.#parts;
    const session = model.get(this.#id);
    if (!this.#isReady) return;
    this.#feeds.resources.setRunning(session?.state === 'running');
    this.#post({
      type: 'session',
      session,
      progress: model.progress(this.#id),
      actions: session === undefined ? [] : panelActions(session),
      canSend: session !== undefined && can(session, 'send'),
      trouble: troubleOf(model.engine.kind, session !== undefined),
    });
  }

  #name(): void {
    const session = this.#parts.model.get(this.#id);
    if (session !== undefined) this.#panel.title = oneLine(session.name, longestTitle);
  }

  /** Differs when the work may differ. Checkpoints don't count: reading the changes makes one. */
  #work(): string {
    const session = this.#parts.model.get(this.#id);
    return [session?.head?.commit, session?.turns, session?.state, session?.activity?.kind].join(' ');
  }
}

function troubleOf(engine: EngineState['kind'], isKnown: boolean): string | undefined {
  if (engine === 'connected') return undefined;
  if (isKnown) return 'The engine is away; what you see may be old.';
  return engine === 'failed' ? 'The engine could not be reached. It is tried again.' : 'Connecting to the engine…';
}
