import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import type { EnvironmentEvent } from '../../../src/engine/runtime/contract.ts';
import { Docker } from '../../../src/engine/runtime/devcontainer/docker.ts';
import { EventWatch } from '../../../src/engine/runtime/devcontainer/eventWatch.ts';
import { eventually } from '../../support/eventually.ts';

const labels = { 'flotilla.session': 'bcdfghjk', 'flotilla.workspace-folder': '/workspaces/x' };

/** A daemon that knows one container and says the events it is told to. */
class Daemon {
  readonly socket: string;
  readonly #streams = new Set<http.ServerResponse>();
  readonly #server = http.createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.startsWith('/events')) {
      this.asked.push(decodeURIComponent(request.url));
      response.flushHeaders();
      this.#streams.add(response);
    } else if (request.url?.startsWith('/containers/json')) void this.#list(response);
    else response.end(JSON.stringify({ State: { Running: false, ExitCode: 9 }, HostConfig: {} }));
  });
  readonly asked: string[] = [];
  state = 'running';
  /** Settles when the list of containers, made when it was asked for, may be answered. */
  listing: Promise<unknown> = Promise.resolve();
  lists = 0;

  constructor(socket: string) {
    this.socket = socket;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.socket, resolve));
  }

  async #list(response: http.ServerResponse): Promise<void> {
    const list = [{ Id: 'c1', Names: ['/x'], State: this.state, Image: 'i', Labels: labels }];
    this.lists += 1;
    await this.listing;
    response.end(JSON.stringify(list));
  }

  say(Action: string, more: object = {}): void {
    const event = {
      Type: 'container',
      Action,
      Actor: { ID: 'c1', Attributes: { ...labels, ...more } },
      timeNano: 1e18,
    };
    for (const stream of this.#streams) stream.write(`${JSON.stringify(event)}\n`);
  }

  sayLine(line: string): void {
    for (const stream of this.#streams) stream.write(`${line}\n`);
  }

  breakOff(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('watching environments', () => {
  let folder: string;
  let daemon: Daemon;
  let watch: EventWatch;
  let events: EnvironmentEvent[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-events-'));
    daemon = new Daemon(path.join(folder, 'docker.sock'));
    await daemon.start();
    watch = new EventWatch(new Docker(`unix://${daemon.socket}`), 'scope', silentLog);
    events = [];
  });
  afterEach(async () => {
    watch.close();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const becomes = async (types: string[]): Promise<void> => {
    await eventually(
      () => events.length >= types.length,
      () => events.map(({ type }) => type).join(),
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      types,
    );
  };

  it('tells the present state first, and then each event', async () => {
    watch.listen((event) => events.push(event));
    await becomes(['started']);
    daemon.say('oom');
    daemon.say('die', { exitCode: '137' });
    daemon.say('destroy');
    await becomes(['started', 'out-of-memory', 'stopped', 'removed']);
    assert.deepEqual(events[2], {
      type: 'stopped',
      sessionId: 'bcdfghjk',
      at: '2001-09-09T01:46:40.000Z',
      exitCode: 137,
    });
    assert.ok(daemon.asked[0]?.includes('"label":["flotilla.scope=scope"]'));
  });

  it('tells no state that an event has overtaken, and none twice', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    daemon.listing = promise;
    watch.listen((event) => events.push(event));
    await eventually(() => daemon.lists > 0);
    daemon.say('die', { exitCode: '137' });
    await becomes(['stopped']);
    resolve(undefined);
    await sleep(50);
    await becomes(['stopped']);
    daemon.say('start');
    daemon.say('start');
    daemon.say('oom');
    await becomes(['stopped', 'started', 'out-of-memory']);
  });

  it('tells a start once that the state has told already', async () => {
    watch.listen((event) => events.push(event));
    await becomes(['started']);
    daemon.say('start');
    daemon.say('die', { exitCode: '0' });
    await becomes(['started', 'stopped']);
  });

  it('connects again when the daemon breaks off, and tells the state that it finds', async () => {
    watch.listen((event) => events.push(event));
    await becomes(['started']);
    daemon.state = 'exited';
    daemon.breakOff();
    await becomes(['started', 'stopped']);
    daemon.say('start');
    await becomes(['started', 'stopped', 'started']);
  });

  it('passes over what is no event of an environment', async () => {
    watch.listen((event) => events.push(event));
    await becomes(['started']);
    daemon.sayLine('{"Action":"die"');
    daemon.sayLine('{"Action":"exec_die","Actor":{"Attributes":{}}}');
    daemon.sayLine('{"Action":"die","Actor":{"Attributes":{"flotilla.session":"helper"}}}');
    daemon.say('oom');
    await becomes(['started', 'out-of-memory']);
  });

  it('ends when nobody listens any more', async () => {
    const handles = [1, 2].map(() => watch.listen((event) => events.push(event)));
    await becomes(['started', 'started']);
    for (const handle of handles) void handle.close();
    daemon.say('oom');
    daemon.breakOff();
    await sleep(300);
    assert.equal(daemon.asked.length, 1);
    assert.equal(events.length, 2);
  });
});
