import type { PanelAction } from '../../protocol/panel.ts';
import { element, fill } from '../dom.ts';

interface ActionLook {
  readonly label: string;
  readonly icon: string;
  readonly title: string;
}

const looks: Readonly<Record<PanelAction, ActionLook>> = {
  start: { label: 'Start', icon: 'play', title: 'Start the session' },
  resume: { label: 'Resume', icon: 'debug-continue', title: "Go on with Claude's conversation" },
  takeOver: { label: 'Take Over', icon: 'terminal', title: 'Go on interactively, in the terminal' },
  push: { label: 'Push', icon: 'cloud-upload', title: "Push the session's branch" },
  allChanges: { label: 'All Changes', icon: 'diff-multiple', title: 'Open all changes' },
  attach: { label: 'Attach', icon: 'remote', title: 'Open a window in the container' },
  nativeTerminal: { label: 'Terminal', icon: 'terminal-bash', title: "Open in VS Code's terminal" },
  shell: { label: 'Shell', icon: 'console', title: 'Open a shell in the container' },
  stop: { label: 'Stop', icon: 'debug-stop', title: 'Stop and keep the environment' },
  cancel: { label: 'Cancel', icon: 'circle-slash', title: 'Cancel: the work comes home, the environment goes' },
  remove: { label: 'Remove', icon: 'trash', title: 'Remove the session and all that belongs to it' },
};

const order: readonly PanelAction[] = [
  'start',
  'resume',
  'takeOver',
  'push',
  'allChanges',
  'attach',
  'nativeTerminal',
  'shell',
  'stop',
  'cancel',
  'remove',
];

/** Buttons for what can be done now. The first one is the likeliest. */
export class ActionBar {
  readonly root = element('div', { class: 'actions', attributes: { role: 'toolbar', 'aria-label': 'Actions' } });
  readonly #act: (action: PanelAction) => void;
  #shown = '';

  constructor(act: (action: PanelAction) => void) {
    this.#act = act;
  }

  show(actions: readonly PanelAction[]): void {
    const ordered = order.filter((action) => actions.includes(action));
    // Made anew only when they differ, so that a button does not vanish under a finger.
    if (ordered.join() === this.#shown) return;
    this.#shown = ordered.join();
    fill(this.root, ...ordered.map((action, index) => this.#button(action, index === 0)));
  }

  #button(action: PanelAction, isFirst: boolean): HTMLElement {
    const { label, icon, title } = looks[action];
    const attributes = { icon, secondary: isFirst ? undefined : '', 'data-action': action };
    const onClick = (): void => {
      this.#act(action);
    };
    return element('vscode-button', { title, attributes, onClick }, label);
  }
}
