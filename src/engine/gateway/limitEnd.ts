import type { IncomingHttpHeaders } from 'node:http';
import { instantOf } from '../base/clock.ts';

const textOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

/** The first of these moments (milliseconds since 1970) that is one. */
function firstInstant(times: readonly number[]): string | undefined {
  const found = times.find((time) => Number.isFinite(time) && Math.abs(time) < 8.64e15);
  return found === undefined ? undefined : instantOf(found);
}

const afterMs = (headers: IncomingHttpHeaders, nowMs: number): number =>
  nowMs + Number(textOf(headers, 'retry-after') ?? NaN) * 1000;

/** When to ask again, as ISO 8601, where the API says it with `retry-after` (seconds). */
export const retryTime = (headers: IncomingHttpHeaders, nowMs: number): string | undefined =>
  firstInstant([afterMs(headers, nowMs)]);

/**
 * When a limit ends, as ISO 8601, from what the API says: `anthropic-ratelimit-unified-reset` (seconds since 1970, for
 * subscriptions; not where `…-unified-status` says that their limit is not what was met), `retry-after` (seconds), or the latest
 * `anthropic-ratelimit-…-reset` (RFC 3339).
 */
export function limitEnd(headers: IncomingHttpHeaders, nowMs: number): string | undefined {
  const isWithin = textOf(headers, 'anthropic-ratelimit-unified-status')?.startsWith('allowed') === true;
  const unified = isWithin ? NaN : Number(textOf(headers, 'anthropic-ratelimit-unified-reset') ?? NaN) * 1000;
  const named = Object.keys(headers)
    .filter((name) => /^anthropic-ratelimit-.*-reset$/.test(name))
    .map((name) => Date.parse(textOf(headers, name) ?? ''))
    .filter((time) => !Number.isNaN(time));
  return firstInstant([unified, afterMs(headers, nowMs), Math.max(...named)]);
}
