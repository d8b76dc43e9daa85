import type { OperationOutput } from '../protocol/operations.ts';
import type { Session } from '../protocol/session.ts';
import { cleanLine, cleanText } from './cleanText.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { fileLines } from './fileLines.ts';
import { reasonText } from './helpWith.ts';
import type { Output } from './output.ts';
import { contextText, costText, countText, homeText, stateText, stateWords } from './words.ts';

/** What a session made, for a person. */
export function showSummary(output: Output, made: OperationOutput<'session.output'>): void {
  const { session } = made;
  const home = landingText(session);
  const fields: (readonly [string, string])[] = [
    ['Session', `${session.id} ${cleanLine(session.name)}`],
    ['State', `${output.paint(stateWords[session.state].color, stateText(session))}: ${reasonText(session.reason)}`],
    ['Branch', cleanLine(session.branch)],
    ...(home === '' ? [] : [['Landing', home] as const]),
    ['Cost', `${costText(session)}, ${countText(session.turns, 'turn')}, context ${contextText(session)}`],
    ['Commits', String(made.commits.length)],
  ];
  for (const [title, text] of fields) output.line(`${output.paint('bold', title.padEnd(9))}${text}`);
  for (const commit of made.commits) output.line(`         ${commit.id.slice(0, 9)} ${cleanLine(commit.subject)}`);
  output.line(`${output.paint('bold', 'Files'.padEnd(9))}${made.files.length}`);
  for (const line of fileLines(output, made.files)) output.line(`         ${line}`);
  for (const notice of session.notices)
    output.line(`${output.paint('yellow', 'Notice'.padEnd(9))}${cleanLine(notice)}`);
}

function landingText(session: Session): string {
  const { landing } = session;
  const isThere = landing !== undefined && landing.state !== 'aborted' && landing.state !== 'undone';
  return cleanLine(`${homeText(session)}${isThere ? `: ${landing.reason.message}` : ''}`);
}

/** The text of Claude's last result. */
export function showResult(output: Output, result: string | undefined): void {
  if (result !== undefined && result.trim() !== '') output.line(`${cleanText(result).trim()}\n`);
}

/** What the command's exit code says of a session that is over. */
export function exitCodeOfSession({ state }: Session): ExitCode {
  if (state === 'failed') return exitCodes.failed;
  return state === 'cancelled' ? exitCodes.cancelled : exitCodes.ok;
}
