import { z } from 'zod';
import type { Resources } from '../../../protocol/operations.ts';
import { now } from '../../base/clock.ts';
import type { Docker } from './docker.ts';
import { readMessages } from './messageStream.ts';

const cpuSchema = z.object({
  cpu_usage: z.object({ total_usage: z.number() }),
  system_cpu_usage: z.number().optional(),
  online_cpus: z.number().optional(),
});

// As Docker's API reference has it ("Get container stats based on resource usage"); a stopped container's sample is mostly empty.
const sampleSchema = z.object({
  memory_stats: z.object({
    usage: z.number().optional(),
    limit: z.number().optional(),
    stats: z.record(z.string(), z.number()).optional(),
  }),
  cpu_stats: cpuSchema,
  precpu_stats: cpuSchema.partial(),
  pids_stats: z.object({ current: z.number().optional() }).default({}),
});
type Sample = z.output<typeof sampleSchema>;

const pidsSchema = z.object({
  pids_stats: z.object({ current: z.number().default(0), limit: z.number().default(Infinity) }),
});
/** From this share of the limit on a container is full of processes: git and Claude want some dozen at once. */
const fullFrom = 0.9;

/** What a container uses now: its second sample, since the first one has nothing to compare with; takes about a second. */
export async function resourceUse(
  docker: Docker,
  container: string,
  signal?: AbortSignal,
): Promise<Resources | undefined> {
  const stream = await docker.stats(container, signal);
  let count = 0;
  let resources: Resources | undefined;
  const onSample = (sample: Sample): void => {
    resources = resourcesOf(sample) ?? resources;
    count += 1;
    if (count >= 2 || resources === undefined) stream.destroy();
  };
  await readMessages(stream, sampleSchema, onSample, signal).catch(() => undefined);
  return resources;
}

/** By its first sample, which comes at once. */
export async function isFullOfProcesses(docker: Docker, container: string, signal?: AbortSignal): Promise<boolean> {
  const stream = await docker.stats(container, signal);
  let isFull = false;
  const onSample = ({ pids_stats: { current, limit } }: z.output<typeof pidsSchema>): void => {
    // Docker tells 0 where there is none.
    isFull = limit > 0 && current >= limit * fullFrom;
    stream.destroy();
  };
  await readMessages(stream, pidsSchema, onSample, signal).catch(() => undefined);
  return isFull;
}

/** Like `docker stats`: memory without the page cache that the kernel could take back; cores by the share of all cores' time. */
export function resourcesOf(sample: Sample): Resources | undefined {
  const { usage, limit, stats = {} } = sample.memory_stats;
  if (usage === undefined || limit === undefined) return undefined;
  // cgroup v2, then v1.
  const cache = stats['inactive_file'] ?? stats['total_inactive_file'] ?? stats['cache'] ?? 0;
  return {
    at: now(),
    memory: { used: Math.max(0, usage - cache), limit },
    cpus: coresOf(sample),
    pids: sample.pids_stats.current ?? 0,
  };
}

function coresOf({ cpu_stats: after, precpu_stats: before }: Sample): number {
  const used = after.cpu_usage.total_usage - (before.cpu_usage?.total_usage ?? 0);
  const whole = (after.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  if (before.system_cpu_usage === undefined || whole <= 0 || used <= 0) return 0;
  return (used / whole) * (after.online_cpus ?? 1);
}
