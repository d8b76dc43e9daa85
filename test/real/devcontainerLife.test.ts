import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../../src/protocol/events.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { becomes, inspected, noSignal, openRuntimeBed, type RuntimeBed, shell } from '../support/runtimeBed.ts';

/** What is special to dev containers; what every runtime promises is in test/contract. */
describe('a dev container environment', function () {
  this.timeout(300_000);
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

  it('begins with the steps image and container, and with a configuration to read', async () => {
    const told: Progress[] = [];
    const spec = await bed.spec({ setup: 'echo "$HOME" && npm ci' });
    await bed.runtime.provision(spec, (progress) => told.push(progress), noSignal);
    assert.deepEqual([...new Set(told.map(({ step }) => step))], ['image', 'container']);
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
  });

  it('has a small network of its own', async () => {
    const own = await bed.provision();
    const networks = await inspected(own.id, '.NetworkSettings.Networks');
    assert.match(networks, new RegExp(`"flotilla-${own.sessionId}-`));
    assert.match(networks, /"IPPrefixLen":28/);
  });

  it('gets variables and a description that nothing of the host leaks into', async () => {
    const environment = await bed.provision({ description: '{"task":"${localEnv:HOME}"}' });
    const found = await bed.runtime.find(environment.sessionId, noSignal);
    assert.equal(found?.description, '{"task":"${localEnv:HOME}"}');
    const refused = bed.provision({ variables: { STOLEN: '${localEnv:HOME}' } });
    await assert.rejects(refused, (error) => FlotillaError.is(error, 'config-invalid'));
  });

  it('leaves no client process of the CLI behind', async () => {
    const environment = await bed.provision();
    // It is killed, and seen until it has got the time to end.
    await becomes(async () => {
      const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'args'] });
      return !new RegExp(`docker run .*${environment.sessionId}`).test(stdout.toString());
    });
    assert.equal(await environment.status(), 'running');
  });
});
