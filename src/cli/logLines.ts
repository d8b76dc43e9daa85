import type { OperationOutput } from '../protocol/operations.ts';
import { cleanLine } from './cleanText.ts';
import type { Output } from './output.ts';
import { timelineLines } from './timelineLine.ts';
import { stateWords } from './words.ts';

type LogEntry = OperationOutput<'session.logs'>['entries'][number];

/** One entry of a session's log as lines for a person. */
export function logLines(output: Output, { at, entry }: LogEntry): string[] {
  const time = output.paint('gray', new Date(at).toTimeString().slice(0, 8));
  return contentLines(output, entry).map((line, index) => `${index === 0 ? time : ' '.repeat(8)} ${line}`);
}

function contentLines(output: Output, entry: LogEntry['entry']): string[] {
  switch (entry.kind) {
    case 'timeline':
      return timelineLines(entry.timeline, output);
    case 'state': {
      const { word, color } = stateWords[entry.state];
      return [`${output.paint(color, word.padEnd(11))}${cleanLine(entry.message)}`.trimEnd()];
    }
    case 'step': {
      const { title, status, detail } = entry.progress;
      return [
        `${'step'.padEnd(11)}${cleanLine(title)}: ${status}${detail === undefined ? '' : ` (${cleanLine(detail)})`}`,
      ];
    }
  }
}
