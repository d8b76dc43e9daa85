import assert from 'node:assert/strict';
import type { EnvironmentEvent } from '../../src/engine/runtime/contract.ts';
import { becomes, noSignal } from '../support/runtimeBed.ts';
import { describePart } from './contractBed.ts';

export const watching = describePart('that are watched', (bed) => {
  let events: EnvironmentEvent[];
  let watch: { close(): unknown };
  const types = (sessionId?: string): string[] =>
    events.filter((event) => sessionId === undefined || event.sessionId === sessionId).map(({ type }) => type);
  const begin = (): void => {
    events = [];
    watch = bed().runtime.watch((event) => events.push(event));
  };
  beforeEach(begin);
  afterEach(() => watch.close());

  it('have their start, end and removal told, once each and with the time', async () => {
    const environment = await bed().provision();
    const { sessionId } = environment;
    await becomes(() => types(sessionId).includes('started'));
    await bed().kill(environment);
    await becomes(() => types(sessionId).includes('stopped'));
    const stopped = events.find((event) => event.type === 'stopped' && event.sessionId === sessionId);
    assert.ok(stopped?.type === 'stopped' && stopped.exitCode === 137);
    await bed().runtime.discard(sessionId, noSignal);
    await becomes(() => types(sessionId).includes('removed'));
    assert.deepEqual(types(sessionId), ['started', 'stopped', 'removed']);
    for (const { at } of events) assert.ok(!Number.isNaN(Date.parse(at)), at);
  });

  it('have a command told that was killed for want of memory, although they live on', async () => {
    const environment = await bed().provision({ limits: { memory: 64 * 1024 ** 2, cpus: 1, pids: 100 } });
    const { exitCode } = await environment.run({ command: ['sh', '-c', 'head -c 400m /dev/zero | tail'] });
    assert.equal(exitCode, 137);
    await becomes(() => types().includes('out-of-memory'));
    assert.equal(await environment.status(), 'running');
  });

  it('have their present state told to who comes later', async () => {
    watch.close();
    const environment = await bed().provision();
    await environment.stop();
    begin();
    await becomes(() => types(environment.sessionId).includes('stopped'));
  });

  it('are told to every listener until it has closed, a failing one among them', async () => {
    const seen: string[][] = [[], []];
    const failing = bed().runtime.watch(() => {
      throw new Error('a listener that fails');
    });
    const closed = bed().runtime.watch(({ type }) => seen[0]?.push(type));
    const open = bed().runtime.watch(({ type }) => seen[1]?.push(type));
    await closed.close();
    const { sessionId } = await bed().provision();
    await becomes(() => seen[1]?.includes('started') ?? false);
    await bed().runtime.discard(sessionId, noSignal);
    await becomes(() => seen[1]?.includes('removed') ?? false);
    assert.deepEqual(seen[0], []);
    await Promise.all([failing.close(), open.close()]);
  });
});
