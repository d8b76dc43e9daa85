import type { Reason } from '../../protocol/basics.ts';

export const starting: Reason = { code: 'starting', message: 'The environment is being made.' };

export const atWork: Reason = { code: 'running', message: 'Claude is at work.' };

export const noCredentials: Reason = {
  code: 'no-credentials',
  message:
    'Flotilla has no Anthropic credentials. Set an API key, or an OAuth token, which "claude setup-token" makes.',
};
