import type { PanelTab } from '../protocol/panel.ts';
import { element, icon } from './dom.ts';

export interface Tab {
  readonly id: PanelTab;
  readonly label: string;
  readonly icon: string;
  readonly content: HTMLElement;
}

/** The panel's parts, one on show at a time; arrow keys go from tab to tab (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/). */
export class Tabs {
  readonly root = element('div', { class: 'tabs' });
  readonly #tabs: readonly { readonly tab: Tab; readonly head: HTMLElement; readonly body: HTMLElement }[];
  readonly #chosen: (id: PanelTab) => void;
  #selected: PanelTab | undefined;

  /** `chosen` is told of what the person chose, not of `select`. */
  constructor(tabs: readonly Tab[], chosen: (id: PanelTab) => void) {
    this.#chosen = chosen;
    this.#tabs = tabs.map((tab) => ({ tab, head: this.#head(tab), body: bodyOf(tab) }));
    const heads = this.#tabs.map(({ head }) => head);
    const list = element(
      'div',
      { class: 'tab-heads', attributes: { role: 'tablist', 'aria-label': 'Parts' } },
      ...heads,
    );
    list.addEventListener('keydown', (event) => this.#move(event));
    this.root.append(list, ...this.#tabs.map(({ body }) => body));
  }

  get selected(): PanelTab | undefined {
    return this.#selected;
  }

  select(id: PanelTab): void {
    this.#selected = id;
    for (const { tab, head, body } of this.#tabs) {
      const isSelected = tab.id === id;
      head.setAttribute('aria-selected', String(isSelected));
      head.tabIndex = isSelected ? 0 : -1;
      body.hidden = !isSelected;
    }
  }

  #head({ id, label, icon: name }: Tab): HTMLElement {
    const attributes = { role: 'tab', id: `tab-${id}`, 'aria-controls': `part-${id}` };
    const onClick = (): void => {
      this.select(id);
      this.#chosen(id);
    };
    return element('button', { class: 'tab-head', attributes, onClick }, icon(name), element('span', {}, label));
  }

  #move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.#tabs.findIndex(({ tab }) => tab.id === this.#selected);
    const next = step === undefined ? undefined : this.#tabs.at((at + step) % this.#tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    next.head.focus();
    next.head.click();
  }
}

const bodyOf = ({ id, content }: Tab): HTMLElement =>
  element(
    'div',
    {
      class: `tab-body tab-body-${id}`,
      attributes: { role: 'tabpanel', id: `part-${id}`, 'aria-labelledby': `tab-${id}` },
    },
    content,
  );
