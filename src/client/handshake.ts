import * as z from 'zod';
import type { Hello } from '../protocol/version.ts';
import { protocolVersion } from '../protocol/version.ts';

export const helloSchema = z.object({
  name: z.literal('flotilla'),
  version: z.string(),
  protocol: z.number().int(),
  pid: z.number().int(),
  startedAt: z.string(),
}) satisfies z.ZodType<Hello>;

/**
 * How an engine and a face of ours stand to each other. `older` engines that can still be understood are asked to step aside only
 * by a face that may start its own.
 */
export type Verdict = 'fits' | 'older' | 'too-old' | 'too-new';

export function judge(engine: Pick<Hello, 'protocol' | 'version'>, version: string): Verdict {
  if (engine.protocol > protocolVersion) return 'too-new';
  if (engine.protocol < protocolVersion) return 'too-old';
  return isOlder(engine.version, version) ? 'older' : 'fits';
}

/** Compares `major.minor.patch`; what follows (a pre-release, a build) does not count. */
function isOlder(one: string, other: string): boolean {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing >= 0 && (a[differing] ?? 0) < (b[differing] ?? 0);
}

const numbersOf = (version: string): number[] => {
  const parts = version.split(/[-+]/)[0]?.split('.') ?? [];
  return [0, 1, 2].map((index) => Number.parseInt(parts[index] ?? '0', 10) || 0);
};
