import { button } from '../button.ts';
import { element } from '../dom.ts';

export interface ComposerOptions {
  readonly draft: string;
  readonly send: (text: string) => void;
  readonly draftChanged: (text: string) => void;
}

/** Where a person writes Claude a follow-up. What is written stays until it has been sent. */
export class Composer {
  readonly root = element('form', { class: 'composer' });
  readonly #text = element('vscode-textarea', {
    attributes: { label: 'Message to Claude', placeholder: 'Message to Claude', rows: '2', resize: 'vertical' },
  });
  readonly #button = button('Send', {
    picture: 'send',
    title: 'Send (Ctrl+Enter)',
    attributes: { 'data-action': 'send' },
  });
  #isSending = false;
  #canSend = true;

  constructor({ draft, send, draftChanged }: ComposerOptions) {
    this.#text.value = draft;
    this.root.append(this.#text, this.#button);
    const submit = (): void => {
      const text = this.#text.value.trim();
      if (text === '' || this.#button.disabled) return;
      this.#isSending = true;
      this.#update();
      send(text);
    };
    this.#button.addEventListener('click', submit);
    this.#text.addEventListener('input', () => {
      draftChanged(this.#text.value);
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      submit();
    });
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      submit();
    });
  }

  allow(canSend: boolean): void {
    this.#canSend = canSend;
    this.root.hidden = !canSend;
    this.#update();
  }

  /** What became of the message. One that was not taken stays to be sent again. */
  sent(ok: boolean): void {
    this.#isSending = false;
    if (ok) this.#text.value = '';
    this.#update();
  }

  #update(): void {
    this.#button.disabled = this.#isSending || !this.#canSend;
  }
}
