import type { Session } from '../protocol/session.ts';

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes in the unit that fits, 1 KB being 1024 bytes: "1.4 GB". */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${units[power] ?? 'B'}`;
}

/** US dollars; a plus says that requests to models without a known price are not in it. Empty before the first request. */
export function costText({ usage }: Pick<Session, 'usage'>): string {
  if (usage.requests === 0) return '';
  return `$${usage.costUsd.toFixed(usage.costUsd < 1 ? 3 : 2)}${usage.unpricedRequests > 0 ? '+' : ''}`;
}

const tokenSteps: readonly (readonly [number, string])[] = [
  [1_000_000, 'M'],
  [1000, 'k'],
];

/** A number of tokens, short: "84k". */
export function tokensText(tokens: number): string {
  const step = tokenSteps.find(([size]) => tokens >= size);
  if (step === undefined) return String(tokens);
  const value = tokens / step[0];
  return `${value.toFixed(value < 10 ? 1 : 0)}${step[1]}`;
}
