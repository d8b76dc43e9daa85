import type { TimelineEntry } from '../protocol/events.ts';
import { cleanLine, cleanText } from './cleanText.ts';
import type { Color, Output } from './output.ts';
import { cutText } from './words.ts';

const looks: Readonly<Record<TimelineEntry['kind'], { readonly label: string; readonly color: Color }>> = {
  prompt: { label: 'you', color: 'cyan' },
  text: { label: 'claude', color: 'blue' },
  tool: { label: 'tool', color: 'gray' },
  result: { label: 'result', color: 'green' },
  commit: { label: 'commit', color: 'green' },
  checkpoint: { label: 'checkpoint', color: 'gray' },
  push: { label: 'push', color: 'green' },
  landing: { label: 'landing', color: 'cyan' },
  limit: { label: 'limit', color: 'yellow' },
  hook: { label: 'hook', color: 'gray' },
  notice: { label: 'notice', color: 'yellow' },
};
const labelWidth = 11;
const oneLine: readonly TimelineEntry['kind'][] = ['tool', 'checkpoint', 'hook'];

/** A commit's id is known by its first nine digits; other subjects stay as they are. */
const shortId = (subject: string): string => (/^[0-9a-f]{40,64}$/.test(subject) ? subject.slice(0, 9) : subject);

/** A session's timeline as lines for a person. */
export class Timeline {
  readonly #output: Output;
  #lastText = '';

  constructor(output: Output) {
    this.#output = output;
  }

  /** The lines of the next entry; none for a result that only says what Claude has just said. */
  lines(entry: TimelineEntry): string[] {
    if (entry.kind === 'result' && entry.failed !== true && entry.text.trim() === this.#lastText) return [];
    if (entry.kind === 'text') this.#lastText = entry.text.trim();
    const { label, color } = looks[entry.kind];
    const paint = entry.failed === true ? 'red' : color;
    return textLines(entry, this.#output).map((line, index) => {
      const head = index === 0 ? this.#output.paint(paint, label.padEnd(labelWidth)) : ' '.repeat(labelWidth);
      return `${head}${line}`.trimEnd();
    });
  }
}

function textLines({ kind, subject, text }: TimelineEntry, output: Output): string[] {
  const about = subject === undefined ? '' : `${shortId(cleanLine(subject))}${text === '' ? '' : ': '}`;
  if (oneLine.includes(kind)) return [cutText(`${about}${text}`, Math.max(20, output.width - labelWidth))];
  return `${about}${cleanText(text).trim()}`.split('\n');
}
