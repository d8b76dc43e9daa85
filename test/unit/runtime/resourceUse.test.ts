import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { Docker } from '../../../src/engine/runtime/devcontainer/docker.ts';
import { isFullOfProcesses, resourcesOf } from '../../../src/engine/runtime/devcontainer/resourceUse.ts';

const cpu = (used: number, whole: number): object => ({
  cpu_usage: { total_usage: used },
  system_cpu_usage: whole,
  online_cpus: 4,
});
const sample = (more: object = {}): Parameters<typeof resourcesOf>[0] =>
  ({
    memory_stats: { usage: 300, limit: 1000, stats: { inactive_file: 100 } },
    cpu_stats: cpu(150, 1400),
    precpu_stats: cpu(50, 1000),
    pids_stats: { current: 7 },
    ...more,
  }) as Parameters<typeof resourcesOf>[0];

describe('what a container uses', () => {
  it('is memory without what the kernel can take back, and cores since the sample before', () => {
    const { at, ...rest } = resourcesOf(sample())!;
    assert.match(at, /^\d{4}-/);
    assert.deepEqual(rest, { memory: { used: 200, limit: 1000 }, cpus: 1, pids: 7 });
  });

  it('is read from cgroup v1 as well', () => {
    const memory_stats = { usage: 300, limit: 1000, stats: { total_inactive_file: 50, cache: 200 } };
    assert.equal(resourcesOf(sample({ memory_stats }))?.memory.used, 250);
  });

  it('has no cores in a first sample, and is nothing for a container that does not run', () => {
    assert.equal(resourcesOf(sample({ precpu_stats: { cpu_usage: { total_usage: 0 } } }))?.cpus, 0);
    assert.equal(resourcesOf(sample({ memory_stats: {} })), undefined);
  });

  for (const [pids_stats, isFull] of [
    [{ current: 95, limit: 100 }, true],
    [{ current: 50, limit: 100 }, false],
    // No limit, by cgroup v1 and v2, and a container that does not run.
    [{ current: 95, limit: 0 }, false],
    [{ current: 95, limit: 18_446_744_073_709_552_000 }, false],
    [{ current: 0, limit: 0 }, false],
    [{}, false],
  ] as const)
    it(`${isFull ? 'is' : 'is not'} nearly all of the processes it may have: ${JSON.stringify(pids_stats)}`, async () => {
      const stats = (): Promise<Readable> => Promise.resolve(Readable.from([`${JSON.stringify({ pids_stats })}\n`]));
      assert.equal(await isFullOfProcesses({ stats } as unknown as Docker, 'c'), isFull);
    });
});
