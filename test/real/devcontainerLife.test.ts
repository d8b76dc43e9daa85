import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../../src/protocol/events.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { EnvironmentEvent } from '../../src/engine/runtime/contract.ts';
import {
  becomes,
  inspected,
  noSignal,
  openRuntime,
  openRuntimeBed,
  type RuntimeBed,
  shell,
} from '../support/runtimeBed.ts';

describe('the life of a dev container environment', function () {
  this.timeout(90_000);
  let bed: RuntimeBed;
  let close: (() => Promise<void>) | undefined;

  before(async function () {
    bed = await openRuntimeBed(this);
    close = bed.close;
  });
  after(async () => {
    await close?.();
  });
  afterEach(async () => {
    for (const { sessionId } of await bed.runtime.list(noSignal)) await bed.runtime.discard(sessionId, noSignal);
  });

  it('begins with named steps whose fraction never falls, and with a configuration to read', async () => {
    const told: Progress[] = [];
    const spec = await bed.spec({ setup: 'echo "$HOME" && npm ci' });
    await bed.runtime.provision(spec, (progress) => told.push(progress), noSignal);
    assert.deepEqual([...new Set(told.map(({ step }) => step))], ['image', 'container']);
    assert.deepEqual(
      told.filter(({ status }) => status === 'done').map(({ step }) => step),
      ['image', 'container'],
    );
    for (const [index, { fraction }] of told.entries()) assert.ok(fraction >= (told[index - 1]?.fraction ?? 0));
    assert.ok(told.at(-1)!.fraction >= 0.8);
    const text = await readFile(path.join(spec.folder, 'devcontainer.json'), 'utf8');
    assert.match(text, /"postCreateCommand": "echo \\"\$HOME\\" && npm ci"/);
  });

  it('is held within its limits and has no power over the host', async () => {
    const environment = await bed.provision({ limits: { memory: 128 * 1024 ** 2, cpus: 0.5, pids: 77 } });
    const config = async (field: string): Promise<string> => await inspected(environment.id, `.HostConfig.${field}`);
    assert.equal(await config('Memory'), String(128 * 1024 ** 2));
    assert.equal(await config('MemorySwap'), String(128 * 1024 ** 2));
    assert.equal(await config('NanoCpus'), '500000000');
    assert.equal(await config('PidsLimit'), '77');
    assert.equal(await config('CapDrop'), '["ALL"]');
    assert.equal(await config('CapAdd'), 'null');
    assert.equal(await config('SecurityOpt'), '["no-new-privileges"]');
    assert.equal(await config('Privileged'), 'false');
    assert.equal(await config('Init'), 'true');
    assert.match(
      await shell(environment, 'grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status'),
      /^CapEff:\s0{16}\nCapBnd:\s0{16}\nNoNewPrivs:\s1\n$/,
    );
    const readOnly = await environment.run({ command: ['touch', '/flotilla/tools/x'] });
    assert.notEqual(readOnly.exitCode, 0);
  });

  it('has a small network of its own, or none', async () => {
    const [own, none] = [await bed.provision(), await bed.provision({ network: 'none' })];
    const networks = await inspected(own.id, '.NetworkSettings.Networks');
    assert.match(networks, new RegExp(`"flotilla-${own.sessionId}-`));
    assert.match(networks, /"IPPrefixLen":28/);
    assert.equal(await shell(none, 'ls /sys/class/net'), 'lo\n');
  });

  it('gets certificates, variables and a description that nothing of the host leaks into', async () => {
    const environment = await bed.provision({
      description: '{"task":"${localEnv:HOME}"}',
      variables: { COLOR: 'a "b" $c' },
    });
    const found = await bed.runtime.find(environment.sessionId, noSignal);
    assert.equal(found?.description, '{"task":"${localEnv:HOME}"}');
    assert.equal(await shell(environment, 'printf %s "$COLOR"'), 'a "b" $c');
    const refused = bed.provision({ variables: { STOLEN: '${localEnv:HOME}' } });
    await assert.rejects(refused, (error) => FlotillaError.is(error, 'config-invalid'));
  });

  it('stops, is found by another engine of the same scope, starts again and keeps its files', async () => {
    const environment = await bed.provision({ description: '{"a":1}', setup: 'echo again' });
    await shell(environment, 'echo kept > file');
    await environment.stop();
    await environment.stop();
    assert.equal(await environment.status(), 'stopped');
    await assert.rejects(environment.run({ command: ['true'] }), (error) =>
      FlotillaError.is(error, 'environment-gone'),
    );

    const later = await openRuntime(bed);
    const found = await later.find(environment.sessionId, noSignal);
    assert.ok(found);
    assert.deepEqual(
      [found.id, found.user, found.workspaceFolder, found.description, found.image],
      [environment.id, 'node', '/workspaces/sample', '{"a":1}', environment.image],
    );
    assert.deepEqual(await later.list(noSignal), await bed.runtime.list(noSignal));
    assert.equal((await later.list(noSignal))[0]?.state, 'stopped');
    await found.start();
    assert.equal(await found.status(), 'running');
    assert.equal(await shell(found, 'cat file'), 'kept\n');
    await found.writeFiles([{ path: '/workspaces/sample/new', content: 'x' }]);
    assert.equal(await shell(found, 'stat -c %U new'), 'node\n');
    const lines: string[] = [];
    await found.runSetup(({ detail }) => lines.push(detail ?? ''), noSignal);
    assert.ok(lines.includes('again'));
    await later.close();
  });

  it('ends with everything that carries its label, and again is harmless', async () => {
    const environment = await bed.provision();
    const removed = await bed.runtime.discard(environment.sessionId, noSignal);
    assert.equal(removed.length, 4);
    assert.equal(await environment.status(), 'gone');
    assert.deepEqual(await bed.leftovers(), []);
    assert.deepEqual(await bed.runtime.discard(environment.sessionId, noSignal), []);
    assert.equal(await bed.runtime.find(environment.sessionId, noSignal), undefined);
  });

  it('is not seen and not touched by an engine of another scope', async () => {
    const environment = await bed.provision();
    const stranger = await openRuntime({ ...bed, scope: `${bed.scope}-other` });
    assert.deepEqual(await stranger.list(noSignal), []);
    assert.equal(await stranger.find(environment.sessionId, noSignal), undefined);
    assert.deepEqual(await stranger.discard(environment.sessionId, noSignal), []);
    assert.equal(await environment.status(), 'running');
    await stranger.close();
  });

  it('can not be begun twice, and the second try leaves the first alone', async () => {
    const spec = await bed.spec();
    const first = await bed.runtime.provision(spec, () => undefined, noSignal);
    const second = bed.runtime.provision(spec, () => undefined, noSignal);
    await assert.rejects(second, (error) => FlotillaError.is(error, 'not-in-this-state'));
    assert.equal(await first.status(), 'running');
  });

  it('begins at the same time as others', async () => {
    const environments = await Promise.all([bed.provision(), bed.provision(), bed.provision()]);
    assert.equal(new Set(environments.map(({ id }) => id)).size, 3);
    assert.equal((await bed.runtime.list(noSignal)).filter(({ state }) => state === 'running').length, 3);
  });

  it('leaves no client process of the CLI behind', async () => {
    const environment = await bed.provision();
    const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'args'] });
    assert.doesNotMatch(stdout.toString(), new RegExp(`docker run .*${environment.sessionId}`));
    assert.equal(await environment.status(), 'running');
  });

  describe('setup', () => {
    it('that fails is an error with its last lines', async () => {
      const environment = await bed.provision({ setup: 'echo first; echo "no such package ${x:-y}" >&2; exit 3' });
      await assert.rejects(
        environment.runSetup(() => undefined, noSignal),
        (error) =>
          FlotillaError.is(error, 'setup-failed') &&
          error.message.includes('exit code 3') &&
          error.detail === 'first\nno such package y',
      );
    });

    it('can be cancelled', async () => {
      const environment = await bed.provision({ setup: 'echo on; sleep 9876' });
      const abort = new AbortController();
      const running = environment.runSetup(({ detail }) => {
        if (detail === 'on') abort.abort();
      }, abort.signal);
      await assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
      const processes = await shell(environment, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
      assert.doesNotMatch(processes, /sleep 9876/);
    });
  });

  describe('cancelled', () => {
    for (const when of [0, 30, 120, 220, 320, 420, 520, 620]) {
      it(`${when} ms after its start leaves nothing`, async () => {
        const spec = await bed.spec();
        const abort = new AbortController();
        const running = bed.runtime.provision(spec, () => undefined, abort.signal);
        const rejected = running.then(
          () => 'made',
          (error: unknown) => (FlotillaError.is(error, 'cancelled') ? 'cancelled' : error),
        );
        await sleep(when);
        abort.abort();
        const outcome = await rejected;
        if (outcome === 'made') await bed.runtime.discard(spec.sessionId, noSignal);
        else assert.equal(outcome, 'cancelled');
        assert.deepEqual(await bed.leftovers(), []);
        const { stdout } = await runOnHost({ file: 'docker', args: ['volume', 'ls', '-q'] });
        assert.doesNotMatch(stdout.toString(), new RegExp(spec.sessionId));
        const processes = await runOnHost({ file: 'ps', args: ['-eo', 'args'] });
        assert.doesNotMatch(processes.stdout.toString(), new RegExp(spec.sessionId));
      });
    }

    it('by a removal in the middle leaves nothing', async () => {
      const spec = await bed.spec();
      const running = bed.runtime.provision(spec, () => undefined, noSignal);
      const rejected = assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
      await sleep(200);
      await bed.runtime.discard(spec.sessionId, noSignal);
      await rejected;
      assert.deepEqual(await bed.leftovers(), []);
    });
  });

  describe('is watched', () => {
    let events: EnvironmentEvent[];
    let watching: { close(): unknown };
    beforeEach(() => {
      events = [];
      watching = bed.runtime.watch((event) => events.push(event));
    });
    afterEach(() => {
      watching.close();
    });
    const types = (): string[] => events.map(({ type }) => type);

    it('and start, stop and removal are told within a second', async () => {
      const environment = await bed.provision();
      await becomes(() => types().includes('started'), 1000);
      await runOnHost({ file: 'docker', args: ['kill', environment.id] });
      await becomes(() => types().includes('stopped'), 1000);
      const stopped = events.find(({ type }) => type === 'stopped');
      assert.ok(stopped?.type === 'stopped' && stopped.exitCode === 137 && stopped.sessionId === environment.sessionId);
      await bed.runtime.discard(environment.sessionId, noSignal);
      await becomes(() => types().includes('removed'), 1000);
    });

    it('and a command killed for want of memory is told although the environment lives on', async () => {
      const environment = await bed.provision({ limits: { memory: 64 * 1024 ** 2, cpus: 1, pids: 100 } });
      const { exitCode } = await environment.run({ command: ['sh', '-c', 'head -c 400m /dev/zero | tail'] });
      assert.equal(exitCode, 137);
      await becomes(() => types().includes('out-of-memory'), 1000);
      assert.equal(await environment.status(), 'running');
    });

    it('and the present state is told to who comes later', async () => {
      watching.close();
      const environment = await bed.provision();
      await environment.stop();
      watching = bed.runtime.watch((event) => events.push(event));
      await becomes(() => types().includes('stopped'), 1000);
    });
  });

  it('tells what it uses', async () => {
    const environment = await bed.provision({ limits: { memory: 256 * 1024 ** 2, cpus: 1, pids: 100 } });
    const busy = await environment.exec({ command: ['sh', '-c', 'while :; do :; done'] });
    for (const stream of [busy.stdout, busy.stderr]) stream.resume();
    const resources = await environment.resources();
    assert.ok(resources);
    assert.equal(resources.memory.limit, 256 * 1024 ** 2);
    assert.ok(resources.memory.used > 100_000 && resources.memory.used < 100 * 1024 ** 2);
    assert.ok(resources.cpus > 0.1 && resources.cpus < 1.3, String(resources.cpus));
    assert.ok(resources.pids >= 3);
    await environment.stop();
    assert.equal(await environment.resources(), undefined);
    assert.equal(await busy.exitCode, undefined);
  });
});
