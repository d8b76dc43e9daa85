import type { Credential } from '../../protocol/operations.ts';

/** What is wrong with a typed credential; `undefined` when it could be one. */
export function credentialProblem(kind: Credential['kind'], typed: string): string | undefined {
  const value = typed.trim();
  if (value.length < 8) return 'That is too short.';
  if (value.length > 4096) return 'That is too long.';
  if (/[^\x21-\x7e]/.test(value)) return 'There is a space or a line break in it: copy it again, in one piece.';
  if (kind === 'api-key' && value.startsWith('sk-ant-oat'))
    return 'This is an OAuth token: use "Flotilla: Set OAuth Token".';
  if (kind === 'oauth-token' && value.startsWith('sk-ant-api'))
    return 'This is an API key: use "Flotilla: Set API Key".';
  return undefined;
}
