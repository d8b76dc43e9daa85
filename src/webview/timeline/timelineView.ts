import type { TimelineItem } from '../../protocol/panel.ts';
import { longestTimeline, placeOf } from '../../protocol/panelTimeline.ts';
import { element, fill, icon } from '../dom.ts';
import { cutText } from '../plainText.ts';
import { entryLook } from './entryLook.ts';

/** Characters of a text that show before "Show more", and the most that can show at all. */
const shortText = 600;
const longestText = 50_000;
/** Closer than this to the end, in pixels, the view follows what comes. */
const nearEnd = 40;

/** What happened in a session, from the first prompt to the last commit. It follows the end while the person looks at the end. */
export class TimelineView {
  readonly root = element('div', {
    class: 'timeline',
    attributes: { tabindex: '0', role: 'region', 'aria-label': 'Timeline' },
  });
  readonly #list = element('ol', { class: 'entries' });
  readonly #empty = element('p', { class: 'empty' }, 'Nothing has happened yet.');
  readonly #cut = element('p', { class: 'empty' }, 'Earlier entries are not shown.');
  /** One for each row. */
  #items: TimelineItem[] = [];
  #last = 0;

  constructor() {
    const attributes = { role: 'log', 'aria-label': 'What happened' };
    this.root.append(this.#cut, this.#empty, element('div', { attributes }, this.#list));
    this.#cut.hidden = true;
  }

  show(items: readonly TimelineItem[], options: { reset: boolean; isCut: boolean }): void {
    const follows = options.reset || this.#isAtEnd();
    if (options.reset) this.#clear();
    for (const item of items) this.#add(item);
    this.#trim();
    this.#cut.hidden = !(options.isCut || !this.#cut.hidden);
    this.#empty.hidden = this.#items.length > 0;
    if (follows) this.toEnd();
  }

  toEnd(): void {
    this.root.scrollTop = this.root.scrollHeight;
  }

  #clear(): void {
    this.#list.replaceChildren();
    this.#items = [];
    this.#last = 0;
    this.#cut.hidden = true;
  }

  #add(item: TimelineItem): void {
    if (item.seq <= this.#last) return;
    this.#last = item.seq;
    const place = placeOf(item, this.#items);
    const made = row(item, this.#items.at(-1));
    if (place === undefined) {
      this.#items.push(item);
      this.#list.append(made);
    } else {
      this.#items[place] = item;
      this.#list.children[place]?.replaceWith(made);
    }
  }

  #trim(): void {
    const tooMany = this.#items.length - longestTimeline;
    if (tooMany <= 0) return;
    this.#items.splice(0, tooMany);
    for (let gone = 0; gone < tooMany; gone++) this.#list.firstElementChild?.remove();
    this.#cut.hidden = false;
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    return scrollHeight - scrollTop - clientHeight < nearEnd;
  }
}

function row(item: TimelineItem, before: TimelineItem | undefined): HTMLElement {
  const look = entryLook(item, before);
  const classes = ['entry', `entry-${look.kind}`, look.isFailed ? 'failed' : '', look.isQuiet ? 'quiet' : ''];
  const at = new Date(item.at);
  const time = element('time', { title: at.toLocaleString(), attributes: { datetime: item.at } }, clock(at));
  return element(
    'li',
    { class: classes.filter((name) => name !== '').join(' ') },
    icon(look.icon),
    element(
      'div',
      { class: 'entry-body' },
      element('span', { class: 'entry-label' }, look.label),
      ' ',
      ...words(look.text),
    ),
    time,
  );
}

const clock = (at: Date): string => at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });

/** A long text shows its beginning, and the rest when it is asked for. */
function words(text: string): HTMLElement[] {
  const whole = cutText(text.trim(), longestText);
  const shown = element('span', { class: 'entry-text' }, cutText(whole, shortText));
  if (whole.length <= shortText) return [shown];
  const more = element(
    'button',
    {
      class: 'link',
      onClick: () => {
        fill(shown, whole);
        more.remove();
      },
    },
    'Show more',
  );
  return [shown, more];
}
