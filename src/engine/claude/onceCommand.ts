/** A Claude that is asked once, beside the session's own, and answers in a given shape. */
export interface OnceOptions {
  readonly prompt: string;
  /** Where it works. */
  readonly folder: string;
  /**
   * `fork`: a conversation whose copy goes on while it stays as it is itself. `resume`: the conversation of an earlier answer. Neither:
   * a new one.
   */
  readonly conversation?: { readonly fork?: string | undefined; readonly resume?: string | undefined } | undefined;
  /** What the answer must be, as a JSON schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly model?: string | undefined;
  /** US dollars that this one call may cost. */
  readonly budgetUsd: number;
  readonly maxTurns: number;
  /** How long it may take. */
  readonly seconds: number;
  /** A folder in which its file tools change nothing, such as the session's own work tree. */
  readonly keepOut?: string | undefined;
}

/** Claude Code's command line for `askOnce`. The prompt comes through its input. Bypass: nobody could answer a question. */
export const onceCommand = (options: OnceOptions): readonly [string, ...string[]] => [
  'claude',
  ...['-p', '--output-format', 'stream-json', '--verbose'],
  ...['--permission-mode', 'bypassPermissions'],
  ...['--json-schema', JSON.stringify(options.schema)],
  ...['--max-budget-usd', options.budgetUsd.toFixed(4)],
  ...['--max-turns', String(options.maxTurns)],
  ...(options.keepOut === undefined ? [] : ['--settings', keepingOut(options.keepOut)]),
  ...(options.model === undefined ? [] : [`--model=${options.model}`]),
  ...conversationFlags(options.conversation),
];

/** Rules that deny hold in every permission mode (Claude Code 2.1.328); two slashes begin an absolute path. */
const keepingOut = (folder: string): string => JSON.stringify({ permissions: { deny: [`Edit(/${folder}/**)`] } });

function conversationFlags(conversation: OnceOptions['conversation']): string[] {
  if (conversation?.fork !== undefined) return [`--resume=${conversation.fork}`, '--fork-session'];
  return conversation?.resume === undefined ? [] : [`--resume=${conversation.resume}`];
}
