import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Credential, CredentialsInput } from '../protocol/operations.ts';
import { credentialsInputSchema } from '../protocol/operations.ts';
import { EngineError } from './engineError.ts';
import type { Environment } from './engineProcess.ts';
import { parseJson } from '../protocol/json.ts';

/**
 * What a face without a secret store of its own hands to the engine: from Claude Code's own variables (`ANTHROPIC_AUTH_TOKEN`,
 * `ANTHROPIC_API_KEY`, `CLAUDE_CODE_OAUTH_TOKEN`, in Claude Code's order; `ANTHROPIC_BASE_URL`), else from the file
 * `credentials.json` in the config folder, which the user makes and which nobody else may read. `undefined` when there is none.
 */
export async function readCredentials(env: Environment, configFolder: string): Promise<CredentialsInput | undefined> {
  const credential = credentialOf(env);
  if (credential === undefined) return readCredentialsFile(path.join(configFolder, 'credentials.json'));
  const upstream = env['ANTHROPIC_BASE_URL'];
  const parsed = credentialsInputSchema.safeParse({ credential, ...(upstream ? { upstream } : {}) });
  if (parsed.success) return parsed.data;
  throw EngineError.of(
    'config-invalid',
    'The credentials in the environment are not usable: ANTHROPIC_BASE_URL must be an http(s) URL, the key at least 8 characters.',
  );
}

function credentialOf(env: Environment): Credential | undefined {
  const key = env['ANTHROPIC_API_KEY'];
  const token = env['ANTHROPIC_AUTH_TOKEN'] || (key ? undefined : env['CLAUDE_CODE_OAUTH_TOKEN']);
  if (token) return { kind: 'oauth-token', value: token };
  return key ? { kind: 'api-key', value: key } : undefined;
}

async function readCredentialsFile(file: string): Promise<CredentialsInput | undefined> {
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const own = process.getuid?.() ?? found.uid;
  if (!found.isFile() || found.uid !== own || (found.mode & 0o077) !== 0 || found.size > 65_536)
    throw EngineError.of('config-invalid', `${file} must be a plain file that only you can read: chmod 600 ${file}`);
  const parsed = parseJson(credentialsInputSchema, await readFile(file, 'utf8'));
  if (parsed !== undefined) return parsed;
  throw EngineError.of(
    'config-invalid',
    `${file} must read {"credential": {"kind": "api-key" or "oauth-token", "value": "…"}}, with "upstream" if there is one.`,
  );
}
