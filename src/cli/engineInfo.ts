import type { OperationOutput } from '../protocol/operations.ts';
import type { Output } from './output.ts';
import { ageText, bytesText } from './words.ts';

/** What the engine is and holds. */
export function showEngine(output: Output, info: OperationOutput<'system.info'>): void {
  if (output.json) {
    output.document(info);
    return;
  }
  const sessions = Object.entries(info.sessions)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const fields: (readonly [string, string])[] = [
    ['Engine', `${info.version} (protocol ${info.protocol}), process ${info.pid}, up for ${ageText(info.startedAt)}`],
    ['Sessions', sessions.join(', ') || 'none'],
    ['Credentials', info.credentials],
    ['API', info.upstream],
    ['Faces', String(info.faces)],
    ['Memory', bytesText(info.memoryBytes)],
    ['Data', info.dataFolder],
    ['Log', info.logFile],
  ];
  for (const [title, text] of fields) output.line(`${output.paint('bold', title.padEnd(12))}${text}`);
}
