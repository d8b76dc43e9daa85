import { z } from 'zod';
import { parseJson } from '../../protocol/json.ts';
import { type Environment, places } from '../runtime/contract.ts';

const settings = z.looseObject({
  statusLine: z
    .looseObject({ type: z.literal('command'), command: z.string().min(1).max(10_000) })
    .optional()
    .catch(undefined),
});

/** Where our own status line looks for the one it took the place of. */
const commandFile = `${places.claude}/run/status-line`;
const maxBytes = 1024 * 1024;

/**
 * Keeps the status line of the user's or project's settings for ours to call after its own work. Of several the one that Claude Code
 * itself would take: the project's local one, the project's, the user's. It runs inside the environment only, where Claude would run it.
 */
export async function keepProjectStatusLine(
  environment: Environment,
  workspaceFolder: string,
  signal?: AbortSignal,
): Promise<void> {
  const files = [
    `${workspaceFolder}/.claude/settings.local.json`,
    `${workspaceFolder}/.claude/settings.json`,
    `${places.claude}/settings.json`,
  ];
  // Each text ends with a zero byte, which no JSON holds.
  const script = 'for file in "$@"; do head -c 262144 "$file" 2>/dev/null; printf "\\0"; done';
  const command = ['sh', '-c', script, 'sh', ...files] as const;
  const { stdout } = await environment.run({ command, cwd: '/', maxBytes }, signal);
  const found = stdout
    .toString('utf8')
    .split('\0')
    .map((text) => parseJson(settings, text)?.statusLine?.command);
  const content = found.find((one) => one !== undefined);
  await environment.writeFiles([{ path: commandFile, content: content === undefined ? '' : `${content}\n` }], signal);
}
