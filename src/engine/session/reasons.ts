import type { Reason, Session } from '../../protocol/session.ts';

export const starting: Reason = { code: 'starting', message: 'The environment is being made.' };

export const atWork: Reason = { code: 'running', message: 'Claude is at work.' };

export const noCredentials: Reason = {
  code: 'no-credentials',
  message:
    'Flotilla has no Anthropic credentials. Set ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN from "claude setup-token", and run any flotilla command.',
};

export const shortOfMemory = ({ limits }: Session): Reason => ({
  code: 'out-of-memory',
  message: `The environment ran out of memory (limit ${Math.round(limits.memory / 1024 ** 2)} MiB). Resume the session, or start one with a higher limit.`,
});
