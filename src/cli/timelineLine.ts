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
  limit: { label: 'limit', color: 'yellow' },
  hook: { label: 'hook', color: 'gray' },
  notice: { label: 'notice', color: 'yellow' },
};
const labelWidth = 11;
const oneLine: readonly TimelineEntry['kind'][] = ['tool', 'checkpoint', 'hook'];

/** One entry of a session's timeline as lines for a person. */
export function timelineLines(entry: TimelineEntry, output: Output): string[] {
  const { label, color } = looks[entry.kind];
  const subject = entry.subject === undefined ? '' : `${cleanLine(entry.subject)}${entry.text === '' ? '' : ': '}`;
  const lines = oneLine.includes(entry.kind)
    ? [cutText(`${subject}${entry.text}`, Math.max(20, output.width - labelWidth))]
    : `${subject}${cleanText(entry.text).trim()}`.split('\n');
  const paint = entry.failed === true ? 'red' : color;
  return lines.map((line, index) => {
    const head = index === 0 ? output.paint(paint, label.padEnd(labelWidth)) : ' '.repeat(labelWidth);
    return `${head}${line}`.trimEnd();
  });
}
