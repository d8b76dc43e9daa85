import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { Hiccups } from '../../soak/hiccups.ts';
import { soakOptions } from '../../soak/options.ts';
import { Random } from '../../soak/random.ts';
import { eventually } from '../../support/eventually.ts';
import { type Vitals, verdictOf } from '../../soak/vitals.ts';

const vitals = (at: number, changes: Partial<Vitals> = {}): Vitals => ({
  ...{ pid: 1, at, memory: 100, heap: 40, descriptors: 50, processes: 2, timers: 5, resources: 20, database: 3 },
  ...changes,
});
const times = Array.from({ length: 40 }, (_, at) => at);

describe('a soak', () => {
  it('takes the same turns for the same seed, and others for another', () => {
    const turns = (seed: number): number[] => {
      const random = new Random(seed);
      return times.map(() => random.number(1000));
    };
    assert.deepEqual(turns(7), turns(7));
    assert.notDeepEqual(turns(7), turns(8));
    assert.ok(turns(7).every((turn) => turn >= 0 && turn < 1000));
    assert.ok(new Set(turns(7)).size > 20);
  });

  it('calls what comes and goes flat, and what only grows not', () => {
    const restless = times.map((at) => vitals(at, { descriptors: 50 + (at % 10) }));
    assert.equal(verdictOf(restless).isFlat, true);
    const leaking = times.map((at) => vitals(at, { timers: 5 + at }));
    assert.equal(verdictOf(leaking).isFlat, false);
    assert.match(verdictOf(leaking).lines.join('\n'), /timers .* GROWS/);
  });

  it('judges the engine that lived longest, however others began', () => {
    const young = [vitals(0, { pid: 2, heap: 1 }), vitals(1, { pid: 2, heap: 500 })];
    assert.equal(verdictOf([...young, ...times.map((at) => vitals(at))]).isFlat, true);
  });

  it('can be asked for parts, and refuses what it does not know', () => {
    const asked = soakOptions(['--minutes', '0.5', '--seed', '3', 'schedule']);
    assert.ok(asked !== 'help');
    assert.deepEqual([asked.minutes, asked.seed, asked.parts], [0.5, 3, ['schedule']]);
    assert.throws(() => soakOptions(['everything']), /is no part/);
    assert.throws(() => soakOptions(['--minutes', 'many']), /must be a number/);
  });

  it('stops processes that it began for a moment, and leaves none stopped', async () => {
    const child = spawn('sleep', ['1000']);
    const state = (): string | undefined =>
      / \(sleep\) (\S)/.exec(readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8'))?.[1];
    const hiccups = await Hiccups.start(new Random(1));
    try {
      await eventually(() => state() === 'T');
      assert.match(await hiccups.end(), /\bsleep \d+/);
      assert.notEqual(state(), 'T');
    } finally {
      child.kill();
    }
  });
});
