import type { PermissionMode } from '../../protocol/session.ts';
import { places } from '../runtime/contract.ts';
import { settingsFile } from './configFiles.ts';

/** How Claude begins: with what it is asked, where, and how far it may go. */
export interface ClaudeOptions {
  /** The first prompt; empty for none. */
  readonly prompt: string;
  readonly workspaceFolder: string;
  readonly permissionMode: PermissionMode;
  readonly model?: string | undefined;
  /** Added to Claude's system prompt. */
  readonly context: string;
  /** `resume`: the conversation that goes on. `id`: the UUID for a new one. Neither: Claude chooses. */
  readonly conversation?: { readonly resume?: string | undefined; readonly id?: string | undefined } | undefined;
}

type Command = readonly [string, ...string[]];

/**
 * A run that reads messages and writes events, one JSON object a line. The first prompt is a message, not an argument. Its events say all
 * that our hooks would, and Claude waits for a hook before its first word: it gets none of ours.
 */
export const autonomousCommand = (options: ClaudeOptions): Command => [
  'claude',
  '-p',
  ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--replay-user-messages'],
  ...common(options),
];

/** The terminal interface. The prompt comes last, after `--`. */
export const interactiveCommand = (options: ClaudeOptions): Command => [
  'claude',
  ...['--settings', settingsFile],
  ...common(options),
];

function common({ permissionMode, model, context, conversation }: ClaudeOptions): string[] {
  return [
    // Always said: `auto`, the default of the terminal interface, denies behind a base URL of our own.
    ...['--permission-mode', permissionMode],
    ...(context === '' ? [] : ['--append-system-prompt', context]),
    ...(model === undefined ? [] : [`--model=${model}`]),
    ...conversationFlags(conversation),
  ];
}

function conversationFlags(conversation: ClaudeOptions['conversation']): string[] {
  if (conversation?.resume !== undefined) return [`--resume=${conversation.resume}`];
  return conversation?.id === undefined ? [] : [`--session-id=${conversation.id}`];
}

/**
 * What Claude finds in its environment. Nothing here is secret: the token is a placeholder that the gateway replaces, whether the
 * user's own credential is an API key or an OAuth token. A token, not a key, because a key would have to be approved in
 * Claude's configuration first.
 */
export const claudeVariables = (): Readonly<Record<string, string>> => ({
  ANTHROPIC_UNIX_SOCKET: `${places.api}/api.sock`,
  ANTHROPIC_BASE_URL: 'http://localhost',
  ANTHROPIC_AUTH_TOKEN: 'flotilla-placeholder',
  CLAUDE_CONFIG_DIR: places.claude,
  // Without this each turn waits 11 to 13 seconds on a network that drops packets.
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_TMUX_TRUECOLOR: '1',
  COLORTERM: 'truecolor',
});
