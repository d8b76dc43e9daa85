import { plainText } from './plainText.ts';

export type Child = Node | string | undefined;

export interface ElementOptions {
  readonly class?: string | undefined;
  readonly title?: string | undefined;
  /** Of `role`, `aria-*`, `data-*` and what a toolkit's element takes; `undefined` leaves one out. */
  readonly attributes?: Readonly<Record<string, string | undefined>> | undefined;
  readonly onClick?: (() => void) | undefined;
}

/** Makes an element. Texts become text nodes and nothing else, so that what a repository or Claude wrote is never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  const { onClick } = options;
  if (options.class !== undefined) made.className = options.class;
  if (options.title !== undefined) made.title = plainText(options.title);
  for (const [name, value] of Object.entries(options.attributes ?? {}))
    if (value !== undefined) made.setAttribute(name, plainText(value));
  if (onClick !== undefined)
    made.addEventListener('click', () => {
      onClick();
    });
  made.append(...shown(children));
  return made;
}

/** Puts other children into an element. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...shown(children));
}

/** A picture of VS Code's icon font; for the eye only. */
export const icon = (name: string, spin = false): HTMLElement =>
  element('span', {
    class: `codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''}`,
    attributes: { 'aria-hidden': 'true' },
  });

const shown = (children: readonly Child[]): (Node | string)[] =>
  children
    .filter((child) => child !== undefined)
    .map((child) => (typeof child === 'string' ? plainText(child) : child));
