import type { Reason } from '../../protocol/basics.ts';

export const starting: Reason = { code: 'starting', message: 'The environment is being made.' };

export const atWork: Reason = { code: 'running', message: 'Claude is at work.' };

export const noCredentials: Reason = {
  code: 'no-credentials',
  message:
    'Flotilla has no Anthropic credentials. Set ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN from "claude setup-token", and run any flotilla command.',
};
