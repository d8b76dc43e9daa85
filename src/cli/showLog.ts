import type { OperationOutput } from '../protocol/operations.ts';
import { cleanLine } from './cleanText.ts';
import type { Engine } from './engineDoor.ts';
import type { Output } from './output.ts';
import { Timeline } from './timeline.ts';
import { stateWords } from './words.ts';

type LogEntry = OperationOutput<'session.logs'>['entries'][number];

/** Shows all entries of a session's log after a number, and says the number of the last one. */
export async function showLog(output: Output, engine: Engine, session: string, from: number): Promise<number> {
  const timeline = new Timeline(output);
  for (let after = from; ;) {
    const { entries } = await engine.call('session.logs', { session, after });
    for (const entry of entries)
      if (output.json) output.document({ entry });
      else for (const line of logLines(output, timeline, entry)) output.line(line);
    if (entries.length === 0) return after;
    after = entries.at(-1)?.seq ?? after;
  }
}

function logLines(output: Output, timeline: Timeline, { at, entry }: LogEntry): string[] {
  const time = output.paint('gray', new Date(at).toTimeString().slice(0, 8));
  return contentLines(output, timeline, entry).map((line, index) => `${index === 0 ? time : ' '.repeat(8)} ${line}`);
}

function contentLines(output: Output, timeline: Timeline, entry: LogEntry['entry']): string[] {
  switch (entry.kind) {
    case 'timeline':
      return timeline.lines(entry.timeline);
    case 'state': {
      const { word, color } = stateWords[entry.state];
      return [`${output.paint(color, word.padEnd(11))}${cleanLine(entry.message)}`.trimEnd()];
    }
    case 'step': {
      const { title, status, detail } = entry.progress;
      // What runs underneath is for those who watch.
      if (status === 'running' && detail !== undefined) return [];
      return [
        `${'step'.padEnd(11)}${cleanLine(title)}: ${status}${detail === undefined ? '' : ` (${cleanLine(detail)})`}`,
      ];
    }
  }
}
