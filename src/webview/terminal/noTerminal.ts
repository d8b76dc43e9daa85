import type { PanelAction } from '../../protocol/panel.ts';
import type { Session } from '../../protocol/session.ts';
import { element, fill, icon } from '../dom.ts';

const labels = { start: 'Start', resume: 'Resume', takeOver: 'Take Over' } as const;

/** What leads to a terminal, the likeliest first: a session that works by itself must be taken over. */
const waysOf = (session: Session | undefined): readonly (keyof typeof labels)[] =>
  session?.mode === 'interactive' ? ['start', 'resume'] : ['takeOver'];

/** Stands where the terminal would be: why there is none, and what leads to one. */
export class NoTerminal {
  readonly root = element('div', { class: 'terminal-off', attributes: { role: 'status' } });
  readonly #act: (action: PanelAction) => void;
  #session: Session | undefined;
  #actions: readonly PanelAction[] = [];
  #message = '';
  #isConnecting = false;

  constructor(act: (action: PanelAction) => void) {
    this.#act = act;
    this.root.hidden = true;
  }

  show(message: string, isConnecting: boolean): void {
    this.#message = message;
    this.#isConnecting = isConnecting;
    this.root.hidden = false;
    this.#draw();
  }

  hide(): void {
    this.root.hidden = true;
  }

  describe(session: Session | undefined, actions: readonly PanelAction[]): void {
    this.#session = session;
    this.#actions = actions;
    if (!this.root.hidden) this.#draw();
  }

  #draw(): void {
    const text = this.#isConnecting ? this.#message : (reasonOf(this.#session) ?? this.#message);
    const way = this.#isConnecting ? undefined : waysOf(this.#session).find((action) => this.#actions.includes(action));
    fill(
      this.root,
      element('span', {}, icon(this.#isConnecting ? 'loading' : 'info', this.#isConnecting), ` ${text}`),
      way && element('vscode-button', { onClick: () => this.#act(way) }, labels[way]),
    );
  }
}

/** In the panel's own words; `undefined` where the engine knows better. */
function reasonOf(session: Session | undefined): string | undefined {
  if (session === undefined) return undefined;
  if (session.state === 'starting' || session.state === 'queued') return 'The terminal comes when the session runs.';
  if (session.state !== 'running' && session.state !== 'waiting') return 'The session does not run now.';
  return session.mode === 'autonomous' ? 'Claude works by itself here. Take over to go on in the terminal.' : undefined;
}
