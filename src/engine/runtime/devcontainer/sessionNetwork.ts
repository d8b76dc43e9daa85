import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { FlotillaError, messageOf, throwIfCancelled } from '../../base/errors.ts';
import type { Docker } from './docker.ts';

/** Addresses as 32-bit numbers, the last one excluded. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A session's network has 13 usable addresses: its container, and room for services beside it. */
const size = 16;
const attempts = 8;

/**
 * Makes a session's own bridge network with an explicit small subnet: Docker's own pools run out at about thirty networks. A subnet
 * that somebody else took in the meantime is passed over.
 */
export async function createSessionNetwork(
  docker: Docker,
  network: { name: string; labels: Readonly<Record<string, string>>; pool: string },
  signal: AbortSignal,
): Promise<void> {
  const refused = new Set<string>();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    throwIfCancelled(signal);
    const taken = [
      ...(await docker.networks([], signal)).flatMap(({ subnets }) => subnets),
      ...hostSubnets(),
      ...refused,
    ];
    const subnet = freeSubnet(network.pool, taken);
    if (subnet === undefined) break;
    try {
      await docker.createNetwork(network.name, subnet, network.labels);
      return;
    } catch (error) {
      if (!/overlap/i.test(messageOf(error))) throw error;
      refused.add(subnet);
    }
  }
  throw new FlotillaError(
    'start-failed',
    `No free address range is left in ${network.pool}. Remove unused networks with "docker network prune" and try again.`,
  );
}

/** A /28 of the pool that overlaps none of the taken ones, from a random place on so that two engines rarely choose the same. */
export function freeSubnet(pool: string, taken: readonly string[], random = randomInt): string | undefined {
  const whole = rangeOf(pool);
  if (whole === undefined) return undefined;
  const ranges = taken.flatMap((subnet) => rangeOf(subnet) ?? []);
  const count = (whole.end - whole.start) / size;
  const first = random(count);
  for (let step = 0; step < count; step += 1) {
    const start = whole.start + ((first + step) % count) * size;
    if (ranges.every((range) => range.end <= start || range.start >= start + size)) return `${textOf(start)}/28`;
  }
  return undefined;
}

function rangeOf(subnet: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match.slice(1).map(Number);
  const length = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const start = address - (address % length);
  return { start, end: start + length };
}

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** What this machine itself is connected to, a VPN for example. */
const hostSubnets = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).flatMap(({ cidr }) => cidr ?? []));
