import * as vscode from 'vscode';
import type { Progress } from '../../protocol/events.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';
import { reasonText } from '../model/reasonText.ts';
import { landingFacts } from '../model/landingFacts.ts';
import { doingText, rowText } from '../model/rowText.ts';

const longest = 400;

/** What a session is and why it is in its state. What comes from a session or a repository is text, never Markdown. */
export function sessionTooltip(
  session: Session,
  progress: Progress | undefined,
  nameOf: (id: string) => string,
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', true);
  markdown.appendMarkdown('**').appendText(oneLine(session.name, longest)).appendMarkdown('**: ');
  markdown.appendText(doingText(session, progress)).appendMarkdown('\n\n');
  markdown.appendText(oneLine(reasonText(session), longest)).appendMarkdown('\n\n');
  for (const [icon, text] of [...factsOf(session), ...landingFacts(session, nameOf)]) {
    markdown.appendMarkdown(`$(${icon}) `).appendText(oneLine(text, longest)).appendMarkdown('  \n');
  }
  return markdown;
}

function factsOf(session: Session): (readonly [icon: string, text: string])[] {
  const { prompt, branch, base, head, pushed, notices, model, mode } = session;
  const commits = head === undefined || head.ahead === 0 ? '' : `, ${head.ahead} ahead`;
  return [
    ['git-branch', `${branch} from ${base.ref}${commits}`],
    ['repo', session.repository.source],
    ['hubot', `${model ?? "Claude Code's own choice of model"}, ${mode}`],
    ...(rowText(session).facts === '' ? [] : [['dashboard', rowText(session).facts] as const]),
    ...(pushed === undefined ? [] : [['cloud', `pushed ${pushed.commit.slice(0, 9)} to ${pushed.branch}`] as const]),
    ...(prompt === '' ? [] : [['comment', prompt] as const]),
    ...notices.map((notice) => ['info', notice] as const),
  ];
}
