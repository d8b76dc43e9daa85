import { element } from '../dom.ts';

export interface FindHandlers {
  /** An empty text ends the search. */
  find(text: string, backwards: boolean): void;
  closed(): void;
}

/** Looks for a text in the terminal: Enter goes on, Shift+Enter goes back, Escape ends. */
export class FindBar {
  readonly root = element('div', { class: 'find', attributes: { role: 'search' } });
  readonly #text = element('input', {
    attributes: { type: 'text', 'aria-label': 'Find in the terminal', placeholder: 'Find' },
  });
  readonly #handlers: FindHandlers;

  constructor(handlers: FindHandlers) {
    this.#handlers = handlers;
    this.root.hidden = true;
    this.root.append(
      this.#text,
      this.#button('arrow-up', 'Previous', () => handlers.find(this.#text.value, true)),
      this.#button('arrow-down', 'Next', () => handlers.find(this.#text.value, false)),
      this.#button('close', 'Close', () => this.#close()),
    );
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') handlers.find(this.#text.value, event.shiftKey);
      else if (event.key === 'Escape') this.#close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    this.root.hidden = false;
    this.#text.focus();
    this.#text.select();
  }

  #close(): void {
    this.root.hidden = true;
    this.#handlers.find('', false);
    this.#handlers.closed();
  }

  #button(icon: string, label: string, onClick: () => void): HTMLElement {
    return element('button', {
      class: `codicon codicon-${icon}`,
      title: label,
      attributes: { 'aria-label': label },
      onClick,
    });
  }
}
