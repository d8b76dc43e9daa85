import type { Session } from '../../protocol/session.ts';

/** US dollars; a plus says that requests to models without a known price are not in it. Empty before the first request. */
export function costText({ usage }: Session): string {
  if (usage.requests === 0) return '';
  return `$${usage.costUsd.toFixed(usage.costUsd < 1 ? 3 : 2)}${usage.unpricedRequests > 0 ? '+' : ''}`;
}

export const contextText = ({ context }: Session): string =>
  context === undefined ? '' : `${Math.round((context.usedTokens / context.windowTokens) * 100)}% context`;
