import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ConnectOptions, connect } from '../../../src/client/connect.ts';
import type { EngineClient } from '../../../src/client/engineClient.ts';
import { EngineError } from '../../../src/client/engineError.ts';
import { folders, socketPath } from '../../../src/client/folders.ts';
import { eventually } from '../../support/eventually.ts';
import { ended, isAlive, minimalEngine, minimalEntry } from '../../support/minimalEngines.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const run = promisify(execFile);

/** Waits until this many events are in the journal of the engine. */
async function journalHas(client: EngineClient, count: number): Promise<void> {
  while ((await client.call('session.list', {})).seq < count) await sleep(10);
}

describe('connecting to the engine', function () {
  this.timeout(60_000);
  const { folder, remove } = temporaryFolder();
  const clients: EngineClient[] = [];
  let number = 0;
  let env: Record<string, string | undefined>;

  beforeEach(() => {
    env = { PATH: process.env['PATH'], FLOTILLA_HOME: path.join(folder, `${number++}`), FLOTILLA_IDLE_MS: '30000' };
  });
  afterEach(async () => {
    for (const { hello } of clients) if (isAlive(hello.pid)) process.kill(hello.pid, 'SIGKILL');
    for (const client of clients.splice(0)) {
      client.close();
      await ended(client.hello.pid);
    }
  });
  after(remove);

  const join = async (options: Partial<ConnectOptions> = {}): Promise<EngineClient> => {
    const client = await connect({ ...minimalEngine(env), face: 'cli', ...options });
    clients.push(client);
    return client;
  };
  const log = (): string => readFileSync(path.join(folders(env).log, 'engine.log'), 'utf8');

  it('starts an engine when there is none, and finds it when there is one', async () => {
    const first = await join();
    const second = await join({ start: 'never' });
    assert.equal(first.hello.pid, second.hello.pid);
    assert.notEqual(first.hello.pid, process.pid);
    assert.deepEqual(await second.call('session.list', {}), { sessions: [], seq: 1 });
  });

  it('ends up with one engine when ten faces start at once', async () => {
    const face = path.resolve(import.meta.dirname, '../../support/face.ts');
    const faces = await Promise.all(Array.from({ length: 10 }, () => run(process.execPath, [face], { env })));
    const pids = new Set(faces.map(({ stdout }) => stdout.trim()));
    const client = await join({ start: 'never' });
    assert.deepEqual([...pids], [String(client.hello.pid)]);
    assert.equal(log().match(/The engine runs/g)?.length, 1);
  });

  it('says so when no engine runs and none may be started', async () => {
    await assert.rejects(join({ start: 'never' }), (error) => EngineError.is(error, 'engine-unreachable'));
    assert.ok(!existsSync(folders(env).data));
  });

  it('shows the last words of an engine that could not start, at once', async () => {
    env['MINIMAL_FAIL'] = 'The moon is in the wrong place.';
    // Not only when its time is over.
    const startMs = 600_000;
    await assert.rejects(
      join({ startMs }),
      (error) => EngineError.is(error, 'engine-unreachable') && error.body.detail === 'The moon is in the wrong place.',
    );
    const absent = join({ startMs, engineEntry: [path.join(folder, 'no such program')] });
    await assert.rejects(absent, (error) => EngineError.is(error) && /no such program/.test(error.body.detail ?? ''));
  });

  it('asks an older engine to finish its operations and to step aside', async () => {
    const old = await join();
    const { pid } = old.hello;
    const slow = old.call('session.remove', { session: '800' });
    await journalHas(old, 2);
    env['MINIMAL_VERSION'] = '1.0.1';
    const client = await join();
    assert.deepEqual(await slow, { removed: '800' });
    assert.equal(client.hello.version, '1.0.1');
    await ended(pid);
    assert.match(log(), /The engine leaves/);
    env['MINIMAL_VERSION'] = '1.0.0';
    assert.equal((await join()).hello.pid, client.hello.pid);
  });

  it('goes on over the death of the engine: with calls, with events, and with what a new engine must be told', async () => {
    const told: number[] = [];
    const client = await join({ onEngine: ({ hello }) => void told.push(hello.pid) });
    const first = client.hello.pid;
    const reading = new AbortController();
    const seqs: number[] = [];
    const reader = (async () => {
      for await (const { seq } of client.events({ after: 0, signal: reading.signal })) seqs.push(seq);
    })();
    for (let count = 0; count < 5; count++) await client.call('orphan.remove', { sessionId: 'x' });
    process.kill(first, 'SIGKILL');
    await ended(first);
    assert.equal((await client.call('session.list', {})).seq, 7);
    const second = client.hello.pid;
    for (let count = 0; count < 5; count++) await client.call('orphan.remove', { sessionId: 'x' });
    await eventually(() => seqs.length >= 12);
    reading.abort();
    await reader;
    assert.deepEqual(seqs, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert.deepEqual(told, [first, second]);
  });

  it('loses nothing that it acknowledged when it is killed in the middle of many writers', async () => {
    const client = await join();
    const writers = await Promise.all(Array.from({ length: 4 }, () => join()));
    for (let round = 0, total = 0; round < 3; round++) {
      const { pid } = client.hello;
      const state = { isOver: false };
      let acknowledged = 0;
      const write = async (writer: EngineClient): Promise<void> => {
        while (!state.isOver) {
          await writer.call('orphan.remove', { sessionId: 'x' });
          acknowledged++;
        }
      };
      const writing = writers.map((writer) => write(writer).catch(() => undefined));
      await eventually(() => acknowledged > 10 + 7 * round);
      process.kill(pid, 'SIGKILL');
      state.isOver = true;
      await Promise.all(writing);
      const { seq } = await client.call('session.list', {});
      const written = seq - total - 1 - (round === 0 ? 1 : 0);
      assert.ok(written >= acknowledged && written <= acknowledged + 4, `${written}/${acknowledged}`);
      total = seq;
    }
    const seqs: number[] = [];
    const last = (await client.call('session.list', {})).seq;
    for await (const { seq } of client.events({ after: 0 })) if (seqs.push(seq) === last) break;
    assert.deepEqual(
      seqs,
      Array.from({ length: last }, (_, index) => index + 1),
    );
  });

  it('ends an operation when its caller gives up', async () => {
    const client = await join();
    const giving = new AbortController();
    const slow = client.call('session.remove', { session: '60000' }, { signal: giving.signal });
    await journalHas(client, 2);
    giving.abort();
    await assert.rejects(slow, (error) => EngineError.is(error, 'cancelled'));
    await journalHas(client, 3);
  });

  it('passes on what the engine refuses', async () => {
    const client = await join();
    await assert.rejects(client.call('system.doctor', {}), (error) => EngineError.is(error, 'unknown-operation'));
    const prompt = 'x'.repeat(5_000_000);
    await assert.rejects(client.call('session.send', { session: 'a', text: prompt }), /longer than 4 MB/);
    const ended = client.events({ after: 99 }).next();
    await assert.rejects(ended, (error) => EngineError.is(error, 'not-in-this-state'));
    const handlers = { message: () => assert.fail(), bytes: () => assert.fail(), closed: () => assert.fail() };
    await assert.rejects(client.terminal('abcd2345', handlers), (error) => EngineError.is(error, 'unknown-session'));
  });

  it('does not trust a place that others can write to', async () => {
    mkdirSync(folders(env).run, { recursive: true });
    chmodSync(folders(env).run, 0o777);
    await assert.rejects(join(), (error) => EngineError.is(error, 'config-invalid'));
  });

  it('keeps credentials and the surroundings of a face out of the environment of the engine', async () => {
    Object.assign(env, { ANTHROPIC_API_KEY: 'sk-ant-test-key', GIT_DIR: '/nowhere', KEPT: 'yes' });
    Object.assign(env, { NODE_EXTRA_CA_CERTS: '', FLOTILLA_CERTIFICATES: '/company.pem' });
    const client = await join();
    const environment = readFileSync(`/proc/${client.hello.pid}/environ`, 'utf8').split('\0');
    assert.ok(environment.includes('KEPT=yes'));
    assert.match(readFileSync(`/proc/${client.hello.pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m);
    assert.ok(!environment.some((line) => /^(ANTHROPIC_API_KEY|GIT_DIR)=/.test(line)));
    assert.ok(environment.includes('NODE_EXTRA_CA_CERTS=/company.pem'));
  });

  it('answers a trivial operation in a few milliseconds', async function () {
    const client = await join();
    const times: number[] = [];
    for (let count = 0; count < 300; count++) {
      const start = performance.now();
      await client.call('session.list', {});
      times.push(performance.now() - start);
    }
    const sorted = times.sort((a, b) => a - b);
    const p50 = sorted[150] ?? NaN;
    this.test!.title += ` (p50 ${p50.toFixed(2)} ms, p95 ${(sorted[285] ?? NaN).toFixed(2)} ms)`;
    assert.ok(p50 < 5);
  });
});

describe("the engine's life", function () {
  this.timeout(60_000);
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let env: Record<string, string | undefined>;
  beforeEach(() => {
    env = { PATH: process.env['PATH'], FLOTILLA_HOME: path.join(folder, `${number++}`) };
  });
  after(remove);

  /** Starts the engine as a child, to see how it ends. */
  function start(more: Record<string, string> = {}): {
    pid: number;
    end: Promise<number | null>;
    output: () => string;
  } {
    const { data, run: runFolder, log, cache } = folders(env);
    const args = ['--data', data, '--run', runFolder, '--log', log, '--cache', cache];
    const [file = '', script = ''] = minimalEntry;
    const child = spawn(file, [script, ...args], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (output += String(data)));
    const end = new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { pid: child.pid ?? 0, end, output: () => output };
  }
  const join = (): Promise<EngineClient> => connect({ ...minimalEngine(env), start: 'if-needed', face: 'cli' });
  const log = (): string => {
    const file = path.join(folders(env).log, 'engine.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const appeared = (): Promise<void> => eventually(() => log().includes('The engine runs'), log);

  it('ends in silence, with 0, where another engine is', async () => {
    const first = start();
    await appeared();
    const second = start();
    assert.equal(await second.end, 0);
    assert.equal(second.output(), '');
    process.kill(first.pid, 'SIGTERM');
    assert.equal(await first.end, 0);
    assert.ok(!existsSync(socketPath(folders(env))));
  });

  it('ends by itself when nobody is connected and nothing runs', async () => {
    env['FLOTILLA_IDLE_MS'] = '300';
    // Connected to as soon as it listens, and yet its exit code is known.
    const code = path.join(folder, 'code');
    const program = path.join(folder, 'program');
    const [node = '', ...script] = minimalEntry;
    writeFileSync(program, `#!/bin/sh\n'${node}' "$@"\necho $? >'${code}'\n`, { mode: 0o755 });
    const client = await connect({ ...minimalEngine(env), engineEntry: [program, ...script], face: 'cli' });
    const { pid } = client.hello;
    for (let count = 0; count < 5; count++) {
      await client.call('session.list', {});
      await sleep(200);
    }
    assert.equal(client.hello.pid, pid);
    client.close();
    await eventually(() => existsSync(code) && readFileSync(code, 'utf8') === '0\n', log);
    assert.match(log(), /nobody needs it/);
  });

  it('stays while something runs', async () => {
    const { pid, end } = start({ FLOTILLA_IDLE_MS: '100', MINIMAL_BUSY: '1' });
    await appeared();
    await sleep(600);
    assert.ok(isAlive(pid));
    process.kill(pid, 'SIGINT');
    assert.equal(await end, 0);
  });

  it('leaves when its socket was deleted, as nobody could reach it', async () => {
    const { end } = start({ FLOTILLA_IDLE_MS: '5000' });
    await appeared();
    rmSync(socketPath(folders(env)));
    assert.equal(await end, 0);
  });

  it('ends at once at the second signal', async () => {
    const { pid, end } = start();
    await appeared();
    const client = await join();
    const slow = client.call('session.remove', { session: '60000' }).catch(() => undefined);
    await journalHas(client, 2);
    process.kill(pid, 'SIGTERM');
    await eventually(() => log().includes('The engine leaves'), log);
    assert.ok(isAlive(pid));
    process.kill(pid, 'SIGTERM');
    assert.equal(await end, 70);
    client.close();
    await slow;
  });

  it('does not mind a closed terminal', async () => {
    const { pid, end } = start();
    await appeared();
    process.kill(pid, 'SIGHUP');
    await sleep(200);
    assert.ok(isAlive(pid));
    process.kill(pid, 'SIGTERM');
    assert.equal(await end, 0);
  });

  it('ends in good order, and says why, after an error that nobody caught', async () => {
    const { end } = start();
    await appeared();
    const client = await join();
    const told: unknown[] = [];
    const reader = (async () => {
      for await (const { body } of client.events({ after: 0 })) if (told.push(body) === 2) return;
    })();
    await eventually(() => told.length === 1);
    await client.call('credentials.clear', {});
    assert.equal(await end, 70);
    await reader;
    client.close();
    assert.deepEqual(told.slice(1), [{ type: 'engine.stopping', data: { why: 'of an internal error' } }]);
    assert.match(log(), /nobody catches this/);
  });
});
