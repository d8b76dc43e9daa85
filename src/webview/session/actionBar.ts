import type { PanelAction } from '../../protocol/panel.ts';
import { button } from '../button.ts';
import { element, fill, icon } from '../dom.ts';

interface ActionLook {
  readonly label: string;
  readonly icon: string;
  readonly title: string;
}

const looks: Readonly<Record<PanelAction, ActionLook>> = {
  start: { label: 'Start', icon: 'play', title: 'Start the session' },
  resume: { label: 'Resume', icon: 'debug-continue', title: "Go on with Claude's conversation" },
  takeOver: { label: 'Take Over', icon: 'comment-discussion', title: 'Go on interactively, in the terminal' },
  push: { label: 'Push', icon: 'cloud-upload', title: "Push the session's branch" },
  land: { label: 'Land…', icon: 'git-merge', title: 'Rebase the work onto its target, verify and push it' },
  allChanges: { label: 'All Changes', icon: 'diff-multiple', title: 'all changed files in one editor' },
  attach: { label: 'Attach', icon: 'remote', title: 'open a window in the container' },
  nativeTerminal: { label: 'Terminal', icon: 'layout-panel', title: "open in VS Code's terminal" },
  shell: { label: 'Shell', icon: 'terminal', title: 'open a shell in the container' },
  stop: { label: 'Stop', icon: 'debug-stop', title: 'stop and keep the environment' },
  cancel: { label: 'Cancel', icon: 'circle-slash', title: 'the work comes home, the environment goes' },
  remove: { label: 'Remove', icon: 'trash', title: 'the session and all that belongs to it' },
};

/** What goes on with the work, the likeliest first: with words. */
const main: readonly PanelAction[] = ['start', 'resume', 'takeOver', 'push', 'land'];
/** The rest: pictures, with words in the tip. */
const others: readonly PanelAction[] = ['allChanges', 'nativeTerminal', 'shell', 'attach', 'stop', 'cancel', 'remove'];

/** Buttons for what can be done now. */
export class ActionBar {
  readonly root = element('div', { class: 'actions', attributes: { role: 'toolbar', 'aria-label': 'Actions' } });
  readonly #act: (action: PanelAction) => void;
  #shown = '';

  constructor(act: (action: PanelAction) => void) {
    this.#act = act;
  }

  show(actions: readonly PanelAction[]): void {
    const [first, rest] = [main, others].map((row) => row.filter((action) => actions.includes(action)));
    // Made anew only when they differ, so that a button does not vanish under a finger.
    const shown = [...(first ?? []), ...(rest ?? [])].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    fill(
      this.root,
      ...(first ?? []).map((action, index) => this.#button(action, index === 0)),
      ...(rest ?? []).map((action) => this.#picture(action)),
    );
  }

  #button(action: PanelAction, isFirst: boolean): HTMLElement {
    const { label, icon: picture, title } = looks[action];
    const attributes = { secondary: isFirst ? undefined : '', 'data-action': action };
    return button(label, { picture, title, attributes, onClick: () => this.#act(action) });
  }

  #picture(action: PanelAction): HTMLElement {
    const { label, icon: picture, title } = looks[action];
    const attributes = { label, 'data-action': action };
    const onClick = (): void => this.#act(action);
    return element('vscode-toolbar-button', { title: `${label}: ${title}`, attributes, onClick }, icon(picture));
  }
}
