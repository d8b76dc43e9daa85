import { type Child, element, fill } from '../dom.ts';

/** A part of a view that is made anew only when what it shows has changed; the focus stays where it was. */
export class Section {
  readonly root: HTMLElement;
  #shown = '';

  constructor(className: string, attributes: Readonly<Record<string, string>> = {}) {
    this.root = element('div', { class: className, attributes });
    this.root.hidden = true;
  }

  /** `of` is what the children are made from; `undefined` hides the section. */
  show<T>(of: T | undefined, make: (of: T) => readonly Child[]): void {
    this.root.hidden = of === undefined;
    const shown = of === undefined ? '' : JSON.stringify(of);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = focusedKey(this.root);
    fill(this.root, ...(of === undefined ? [] : make(of)));
    if (focused !== undefined) this.root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

function focusedKey(root: HTMLElement): string | undefined {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement && root.contains(activeElement)
    ? activeElement.dataset['key']
    : undefined;
}
