import type { PermissionMode } from '../../protocol/session.ts';
import { type EnvironmentFile, places } from '../runtime/contract.ts';

/** Our settings for each Claude, beside the user's and the project's own. */
export const settingsFile = `${places.claude}/run/settings.json`;

export interface ConfigOptions {
  readonly workspaceFolder: string;
  readonly permissionMode: PermissionMode;
}

/** The hooks of Claude Code 2.1.328 that say why it works, waits or has stopped. */
const hooks = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PermissionRequest',
  'Notification',
  'Stop',
  'StopFailure',
  'SubagentStop',
  'PreCompact',
  'SessionEnd',
] as const;

/** Seconds; a hook only writes one line. */
const hookTimeout = 10;

/**
 * Claude's configuration in a fresh environment: its first-run questions answered in advance, and our hooks and status line. To be
 * written once, when the environment is made: from then on the first file is Claude's own.
 */
export function configFiles({ workspaceFolder, permissionMode }: ConfigOptions): EnvironmentFile[] {
  return [
    {
      path: `${places.claude}/.claude.json`,
      content: json({
        hasCompletedOnboarding: true,
        bypassPermissionsModeAccepted: permissionMode === 'bypassPermissions',
        projects: { [workspaceFolder]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
      }),
    },
    // The user's own settings inside: Claude changes them, for example when its model is changed for good.
    { path: `${places.claude}/settings.json`, content: json({ skipDangerousModePermissionPrompt: true }) },
    { path: settingsFile, content: json(ourSettings()) },
  ];
}

/** Given with `--settings`, which wins over the project's: a repository can't switch our hooks off with `disableAllHooks`. */
function ourSettings(): unknown {
  const record = { type: 'command', command: `sh ${places.tools}/hook.sh`, timeout: hookTimeout };
  return {
    disableAllHooks: false,
    hooks: Object.fromEntries(hooks.map((hook) => [hook, [{ hooks: [record] }]])),
    statusLine: { type: 'command', command: `sh ${places.tools}/status-line.sh`, refreshInterval: 5 },
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
