export interface SessionContext {
  readonly sessionId: string;
  readonly repository: string;
  readonly branch: string;
  /** What the branch started from, as the user named it. */
  readonly base: string;
  readonly workspaceFolder: string;
}

/** A branch or repository name can hold anything but must not read as more than a name. */
const name = (text: string): string => JSON.stringify(text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300));

/** What Claude is told about where it works, with `--append-system-prompt`. It states facts and leaves every decision to Claude. */
export const contextMessage = (context: SessionContext): string =>
  [
    'You work in a session of Flotilla.',
    `- Session: ${context.sessionId}. Repository: ${name(context.repository)}, in ${name(context.workspaceFolder)}. Your branch: ${name(context.branch)}, started from ${name(context.base)}.`,
    '- This is an isolated environment of your own: other sessions work in theirs, on their own branches.',
    '- The task, if there is one, is the first prompt.',
    '- Flotilla brings home every commit on this branch, and keeps uncommitted work safe as well. The environment holds no credentials for the',
    "  repository's remote, so fetching from it and pushing to it do not work from inside; the user does that from outside.",
  ].join('\n');
