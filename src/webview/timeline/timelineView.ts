import type { TimelineItem } from '../../protocol/panel.ts';
import { longestTimeline, replacesLast } from '../../protocol/panelTimeline.ts';
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
  readonly #list = element('ol', { class: 'entries', attributes: { role: 'log', 'aria-label': 'What happened' } });
  readonly #empty = element('p', { class: 'empty' }, 'Nothing has happened yet.');
  readonly #cut = element('p', { class: 'empty' }, 'Earlier entries are not shown.');
  #last: TimelineItem | undefined;

  constructor() {
    this.root.append(this.#cut, this.#empty, this.#list);
    this.#cut.hidden = true;
  }

  show(items: readonly TimelineItem[], options: { reset: boolean; isCut: boolean }): void {
    const follows = options.reset || this.#isAtEnd();
    if (options.reset) this.#clear();
    for (const item of items) this.#add(item);
    this.#trim();
    this.#cut.hidden = !(options.isCut || !this.#cut.hidden);
    this.#empty.hidden = this.#last !== undefined;
    if (follows) this.toEnd();
  }

  toEnd(): void {
    this.root.scrollTop = this.root.scrollHeight;
  }

  #clear(): void {
    this.#list.replaceChildren();
    this.#last = undefined;
    this.#cut.hidden = true;
  }

  #add(item: TimelineItem): void {
    if (item.seq <= (this.#last?.seq ?? 0)) return;
    if (replacesLast(item, this.#last)) this.#list.lastElementChild?.remove();
    this.#list.append(row(item));
    this.#last = item;
  }

  #trim(): void {
    while (this.#list.childElementCount > longestTimeline) {
      this.#list.firstElementChild?.remove();
      this.#cut.hidden = false;
    }
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    return scrollHeight - scrollTop - clientHeight < nearEnd;
  }
}

function row(item: TimelineItem): HTMLElement {
  const look = entryLook(item);
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
