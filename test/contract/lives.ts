import assert from 'node:assert/strict';
import type { Progress } from '../../src/protocol/events.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { type Environment, places } from '../../src/engine/runtime/contract.ts';
import { becomes, noSignal, shell } from '../support/runtimeBed.ts';
import { collecting, describePart } from './contractBed.ts';

/** Everything that one odd text may break on its way: shells, JSON, labels, comma lists, terminals. */
const odd = `"it's" $HOME \`id\` \\ , = : ; * ü 😀 \u001b[31m\nnext`;

export const lives = describePart('in their life', (bed) => {
  const { discard, find, list } = {
    discard: (id: string) => bed().runtime.discard(id, noSignal),
    find: (id: string) => bed().runtime.find(id, noSignal),
    list: () => bed().runtime.list(noSignal),
  };

  it('begin with named steps whose fraction never falls, running, with an empty workspace folder of their user', async () => {
    const told: Progress[] = [];
    const environment = await bed().provision({}, (progress) => told.push(progress));
    assert.ok(told.length > 0);
    assert.deepEqual(
      [...new Set(told.filter(({ status }) => status === 'done').map(({ step }) => step))],
      [...new Set(told.map(({ step }) => step))],
    );
    for (const [index, { fraction }] of told.entries()) assert.ok(fraction >= (told[index - 1]?.fraction ?? 0));
    assert.ok((told.at(-1)?.fraction ?? 0) >= 0.8);
    assert.equal(await environment.status(), 'running');
    assert.equal(
      await shell(environment, 'pwd; stat -c %U .; ls -A; touch made && echo writable'),
      [environment.workspaceFolder, environment.user, 'writable\n'].join('\n'),
    );
  });

  it('are handed over for preparation before the rest is finished, whose failure is theirs', async () => {
    const seen: string[] = [];
    const prepare = async (environment: Environment): Promise<void> => {
      const script = 'mkdir -p "$1" && cd "$1" && pwd && echo prepared > file';
      const command = ['sh', '-c', script, 'sh', environment.workspaceFolder] as const;
      await environment.writeFiles([{ path: `${places.claude}/prepared`, content: 'x' }]);
      const { stdout } = await environment.run({ command, cwd: '/' });
      seen.push(stdout.toString(), await shell(environment, `stat -c %U ${places.claude}/prepared . file`));
    };
    const environment = await bed().provision({ prepare });
    const user = `${environment.user}\n`;
    assert.deepEqual(seen, [`${environment.workspaceFolder}\n`, user.repeat(3)]);
    assert.equal(await shell(environment, 'cat file'), 'prepared\n');
    const failing = await bed().spec({ prepare: () => Promise.reject(new FlotillaError('git-failed', 'No.')) });
    const running = bed().runtime.provision(failing, () => undefined, noSignal);
    await assert.rejects(running, (error) => FlotillaError.is(error, 'git-failed'));
    assert.equal(await find(failing.sessionId), undefined);
    await discard(environment.sessionId);
    assert.deepEqual(await bed().traces(failing.sessionId), []);
  });

  it('keep variables and a description as they are, whatever is in them', async () => {
    const description = JSON.stringify({ task: `${odd} \${localEnv:HOME}`, more: 'x'.repeat(3000) });
    const environment = await bed().provision({ description, variables: { ODD: odd } });
    assert.equal((await find(environment.sessionId))?.description, description);
    assert.equal((await list())[0]?.description, description);
    assert.equal(await shell(environment, 'printf %s "$ODD"'), odd);
  });

  it('have the workspace folder they were given, whatever it is called', async () => {
    for (const name of [`it's a "re,po" $x ü`, '-rf', 'a'.repeat(120)]) {
      const environment = await bed().provision({ workspaceFolder: `/workspaces/${name}` });
      assert.equal(await shell(environment, 'pwd; stat -c %U .'), `/workspaces/${name}\n${environment.user}\n`);
      assert.equal((await find(environment.sessionId))?.workspaceFolder, `/workspaces/${name}`);
      await discard(environment.sessionId);
    }
  });

  it('have the name they were given, whatever its length', async () => {
    for (const name of ['x', '7', `${'long-'.repeat(20)}end`]) {
      const environment = await bed().provision({ name });
      assert.equal(await environment.status(), 'running');
      await discard(environment.sessionId);
    }
  });

  it('without a network have none', async () => {
    const environment = await bed().provision({ network: 'none' });
    assert.equal(await shell(environment, 'ls /sys/class/net'), 'lo\n');
  });

  it('stop, are found by another engine, start again and keep their files', async () => {
    const environment = await bed().provision({ description: '{"a":1}', setup: 'echo again' });
    await shell(environment, 'echo kept > file');
    await environment.stop();
    await environment.stop();
    assert.equal(await environment.status(), 'stopped');
    await assert.rejects(environment.run({ command: ['true'] }), (error) =>
      FlotillaError.is(error, 'environment-gone'),
    );
    const later = await bed().another('same');
    const found = await later.find(environment.sessionId, noSignal);
    assert.ok(found);
    const facts = ({ id, user, workspaceFolder, description, image, name }: Environment): unknown[] => [
      id,
      user,
      workspaceFolder,
      description,
      image,
      name,
    ];
    assert.deepEqual(facts(found), facts(environment));
    assert.deepEqual(await later.list(noSignal), await list());
    assert.equal((await later.list(noSignal))[0]?.state, 'stopped');
    await found.start();
    await found.start();
    assert.equal(await found.status(), 'running');
    assert.equal(await shell(found, 'cat file'), 'kept\n');
    await found.writeFiles([{ path: `${found.workspaceFolder}/new`, content: 'x' }]);
    assert.equal(await shell(found, 'stat -c %U new'), `${environment.user}\n`);
    const lines: string[] = [];
    await found.runSetup(({ detail }) => lines.push(detail ?? ''), noSignal);
    assert.ok(lines.includes('again'));
    await later.close();
  });

  it('outlive the runtime that made them', async () => {
    const first = await bed().another('same');
    const spec = await bed().spec();
    const environment = await first.provision(spec, () => undefined, noSignal);
    await first.close();
    assert.equal(await environment.status(), 'running');
    assert.equal((await find(spec.sessionId))?.id, environment.id);
  });

  it('end with everything they had, and again is harmless', async () => {
    const environment = await bed().provision();
    assert.notDeepEqual(await bed().traces(environment.sessionId), []);
    const removed = await discard(environment.sessionId);
    assert.ok(removed.length > 0);
    assert.equal(await environment.status(), 'gone');
    assert.deepEqual(await bed().traces(environment.sessionId), []);
    assert.deepEqual(await discard(environment.sessionId), []);
    assert.equal(await find(environment.sessionId), undefined);
    assert.deepEqual(await list(), []);
  });

  it('are not seen and not touched by an engine of another scope', async () => {
    const environment = await bed().provision();
    const stranger = await bed().another('stranger');
    assert.deepEqual(await stranger.list(noSignal), []);
    assert.equal(await stranger.find(environment.sessionId, noSignal), undefined);
    assert.deepEqual(await stranger.discard(environment.sessionId, noSignal), []);
    assert.equal(await environment.status(), 'running');
    await stranger.close();
  });

  it('can not be begun twice, neither later nor at once, and the second try leaves the first alone', async () => {
    const spec = await bed().spec();
    const begin = (): Promise<Environment> => bed().runtime.provision(spec, () => undefined, noSignal);
    const both = await Promise.allSettled([begin(), begin()]);
    const made = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(made.length, 1);
    await assert.rejects(begin(), (error) => FlotillaError.is(error, 'not-in-this-state'));
    assert.equal(await made[0]?.status(), 'running');
  });

  it('are rebuilt round what is still there of them, and only when they are gone', async () => {
    const spec = await bed().spec();
    const rebuild = (more: object = {}): Promise<Environment> =>
      bed().runtime.provision({ ...spec, ...more, rebuild: true }, () => undefined, noSignal);
    const environment = await bed().runtime.provision(spec, () => undefined, noSignal);
    await shell(environment, 'echo kept > file');
    await assert.rejects(rebuild(), (error) => FlotillaError.is(error, 'not-in-this-state'));
    assert.equal(await shell(environment, 'cat file'), 'kept\n');
    await bed().lose(environment);
    await assert.rejects(rebuild({ prepare: () => Promise.reject(new Error('no')) }));
    const again = await rebuild();
    assert.notEqual(again.id, environment.id);
    assert.equal(await shell(again, 'cat file'), 'kept\n');
  });

  it('begin, stop and end at the same time as others', async () => {
    const environments = await Promise.all([bed().provision(), bed().provision(), bed().provision()]);
    assert.equal(new Set(environments.map(({ id }) => id)).size, 3);
    assert.equal((await list()).filter(({ state }) => state === 'running').length, 3);
    const [first, second, third] = environments.map(({ sessionId }) => sessionId);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    await Promise.all([discard(first), discard(first), environments[1].stop()]);
    assert.deepEqual(
      (await list()).map(({ sessionId, state }) => [sessionId, state]).sort(),
      [
        [second, 'stopped'],
        [third, 'running'],
      ].sort(),
    );
  });

  it('tell what they use, and nothing when they do not run', async () => {
    const environment = await bed().provision({ limits: { memory: 256 * 1024 ** 2, cpus: 1, pids: 100 } });
    const busy = await environment.exec({ command: ['sh', '-c', 'echo busy; while :; do :; done'] });
    busy.stderr.resume();
    const seen = collecting(busy.stdout);
    await becomes(() => seen.text !== '');
    const resources = await environment.resources();
    assert.ok(resources);
    assert.equal(resources.memory.limit, 256 * 1024 ** 2);
    assert.ok(resources.memory.used > 100_000 && resources.memory.used < 100 * 1024 ** 2);
    assert.ok(resources.cpus > 0);
    assert.ok(resources.pids >= 2);
    await environment.stop();
    assert.equal(await environment.resources(), undefined);
    assert.equal(await busy.exitCode, undefined);
  });

  it('are held within their number of processes, and live on', async () => {
    const environment = await bed().provision({ limits: { memory: 256 * 1024 ** 2, cpus: 1, pids: 60 } });
    const bomb = await environment.exec({ command: ['sh', '-c', 'for i in $(seq 500); do sleep 1234 & done; wait'] });
    for (const stream of [bomb.stdout, bomb.stderr]) stream.resume();
    assert.notEqual(await bomb.exitCode, 0);
    assert.equal(await environment.status(), 'running');
    await environment.stop();
    await environment.start();
    assert.equal(await shell(environment, 'echo alive'), 'alive\n');
  });

  it('say when their processes are at their limit', async () => {
    const environment = await bed().provision({ limits: { memory: 256 * 1024 ** 2, cpus: 1, pids: 60 } });
    assert.equal(await environment.isFull(), false);
    const filling = ['bash', '-c', 'while :; do sleep 1234 & done'] as const;
    const forks = await environment.exec({ command: filling });
    for (const stream of [forks.stdout, forks.stderr]) stream.resume();
    await becomes(() => environment.isFull(), 120_000);
    await environment.stop();
    assert.equal(await environment.isFull(), false);
    await environment.start();
    assert.equal(await environment.isFull(), false);
    assert.equal(await shell(environment, 'echo alive'), 'alive\n');
  });

  describe('with a setup command', () => {
    it('that fails tell its last lines', async () => {
      const environment = await bed().provision({ setup: 'echo first; echo "no such package ${x:-y}" >&2; exit 3' });
      await assert.rejects(
        environment.runSetup(() => undefined, noSignal),
        (error) =>
          FlotillaError.is(error, 'setup-failed') &&
          error.message.includes('exit code 3') &&
          error.detail === 'first\nno such package y',
      );
      assert.equal(await environment.status(), 'running');
    });

    it('can have it called off', async () => {
      const environment = await bed().provision({ setup: 'echo on; sleep 9876' });
      const abort = new AbortController();
      const running = environment.runSetup(({ detail }) => {
        if (detail === 'on') abort.abort();
      }, abort.signal);
      await assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
      const living = async (): Promise<string> => shell(environment, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
      await becomes(async () => !/sleep 9876/.test(await living()));
    });
  });
});
