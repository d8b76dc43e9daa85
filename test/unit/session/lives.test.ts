import assert from 'node:assert/strict';
import type { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { sleep } from '../../../src/engine/base/clock.ts';
import type { Exec } from '../../../src/engine/runtime/contract.ts';
import { eventually } from '../../support/eventually.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

describe('a Claude at work', function () {
  this.timeout(60_000);
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  it('is told again to finish when that did not get through', async () => {
    const { environment } = await bed.running();
    let tries = 0;
    environment.answer = (words) => {
      if (words[2] !== 'finish') return undefined;
      tries++;
      if (tries === 1) throw new Error('Docker does not answer');
      return undefined;
    };
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    assert.equal(tries, 2);
  });

  it('hears each follow-up once and in order', async () => {
    const { id, environment } = await bed.running();
    const { claude } = environment;
    for (const text of ['one', 'two']) bed.store.followUps.add(id, text);
    for (const text of ['one', 'two']) {
      claude.takeUp();
      claude.endTurn();
      await eventually(() => claude.heard.at(-1)?.text === text);
    }
    claude.takeUp();
    claude.endTurn();
    await eventually(() => claude.finished);
    assert.deepEqual(
      claude.heard.slice(1).map(({ text }) => text),
      ['one', 'two'],
    );
    assert.equal(bed.get(id).queued, 0);
  });

  it('keeps what waits when the API ends its turn, says why, and hears it when it is resumed', async () => {
    const { id, environment } = await bed.running();
    const { claude } = environment;
    claude.takeUp();
    bed.store.followUps.add(id, 'later');
    const result = { is_error: true, terminal_reason: 'api_error', api_error_status: 401, result: 'Please run /login' };
    claude.say({ type: 'result', subtype: 'success', ...result });
    await eventually(() => claude.finished);
    assert.equal(claude.heard.length, 1);
    claude.end(1);
    await bed.until(id, 'waiting');
    assert.equal(bed.get(id).reason.code, 'credential-refused');
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(() => environment.claudes.length === 2 && environment.claude.heard.at(-1)?.text === 'later');
  });

  it('goes on, and is read to its end, when for a moment nothing could be written down', async () => {
    const { id, environment } = await bed.running();
    const { sessions } = bed.store;
    const change = sessions.change.bind(sessions);
    sessions.change = () => {
      throw new Error('the disk is full');
    };
    environment.claude.say({ type: 'assistant', message: { content: [{ type: 'text', text: 'kept' }] } });
    await eventually(() => bed.logged.includes('following Claude failed'));
    sessions.change = change;
    environment.claude.endTurn('All.');
    await eventually(() => environment.claude.finished);
    assert.equal(environment.count('supervise stop'), 0);
    assert.equal(bed.get(id).resultText, 'All.');
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 1000 });
    const kept = entries.filter(({ entry }) => entry.kind === 'timeline' && entry.timeline.text === 'kept');
    assert.equal(kept.length, 1);
  });

  it('is told a follow-up once, though that it took it up could not be written down at first', async () => {
    const { id, environment } = await bed.running();
    const { claude } = environment;
    claude.takeUp();
    bed.store.followUps.add(id, 'one');
    claude.endTurn();
    await eventually(() => claude.heard.at(-1)?.text === 'one');
    const { documents } = bed.store;
    const put = documents.put.bind(documents);
    documents.put = () => {
      throw new Error('the disk is full');
    };
    claude.takeUp();
    await eventually(() => bed.logged.includes('following Claude failed'));
    documents.put = put;
    claude.endTurn();
    await eventually(() => claude.finished);
    assert.equal(claude.heard.filter(({ text }) => text === 'one').length, 1);
    assert.equal(bed.get(id).queued, 0);
  });

  it('can claim any number and any length without harm', async () => {
    const { id, environment } = await bed.running();
    const result = { type: 'result', subtype: 'success', is_error: false, result: 'x'.repeat(900_000) };
    bed.store.sessions.change(id, { turns: Number.MAX_SAFE_INTEGER - 1 }, testActor);
    environment.claude.say({ ...result, num_turns: 1000 });
    await eventually(() => bed.get(id).turns === Number.MAX_SAFE_INTEGER);
    assert.ok((bed.get(id).resultText ?? '').length <= 100_000);
    assert.equal(bed.logged.includes('following Claude failed'), false);
  });

  it('in the terminal is not taken for closed when Docker does not answer for a moment', async () => {
    const { id, environment } = await bed.running({ mode: 'interactive' });
    environment.answer = (words) => {
      if (words[2] === 'state') throw new Error('Docker does not answer');
      return undefined;
    };
    await eventually(() => {
      environment.cut();
      return environment.count('tui state') > 0;
    });
    await sleep(100);
    assert.equal(bed.get(id).state, 'running');
    environment.answer = () => undefined;
    environment.tui = 'exited 0';
    await eventually(() => {
      environment.cut();
      return bed.get(id).state === 'stopped';
    });
    assert.equal(bed.get(id).reason.code, 'closed');
  });

  /** A Claude in the terminal, and ways to say its status and its hooks. */
  const inTerminal = async (): Promise<{
    id: string;
    environment: FakeEnvironment;
    status: (word: string) => void;
    hook: (record: Record<string, string>) => void;
  }> => {
    const { id, environment } = bed.session({ mode: 'interactive', state: 'stopped', claudeSessionId: undefined });
    const watchers: Exec[] = [];
    const exec = environment.exec.bind(environment);
    environment.exec = async (command, signal) => {
      const made = await exec(command, signal);
      if (command.command[1]?.endsWith('watch.sh') === true) watchers.push(made);
      return made;
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    await eventually(() => watchers.length === 1);
    const say = (stream: unknown, line: string): void => void (stream as PassThrough).write(`${line}\n`);
    const status = (word: string): void => {
      say(watchers[0]?.stderr, `session ${JSON.stringify({ status: word, kind: 'interactive', entrypoint: 'cli' })}`);
    };
    const hook = (record: Record<string, string>): void => {
      say(watchers[0]?.stdout, JSON.stringify(record));
    };
    return { id, environment, status, hook };
  };

  it('in the terminal is given nothing more while it is being ended', async () => {
    const { id, environment, status } = await inTerminal();
    status('busy');
    await eventually(() => bed.get(id).activity?.kind === 'working');
    bed.store.followUps.add(id, 'later');
    environment.answer = async ([, script, verb]) => {
      if (script !== 'tui' || verb !== 'stop') return undefined;
      status('idle');
      await eventually(() => bed.get(id).activity?.kind === 'idle');
      return undefined;
    };
    await bed.room.sessions.stop(id, testActor);
    assert.equal(environment.count('tui paste'), 0);
    assert.equal(bed.store.followUps.count(id), 1);
  });

  it('in the terminal hears a follow-up after what it was started with, though it looks idle before', async () => {
    const { id, environment, status, hook } = await inTerminal();
    bed.store.followUps.add(id, 'then this');
    status('idle');
    await eventually(() => bed.get(id).activity?.kind === 'idle');
    hook({ hook_event_name: 'UserPromptSubmit', prompt: 'do it' });
    await bed.room.sessions.send(id, 'and that', testActor);
    assert.equal(environment.count('tui paste'), 0);
    status('busy');
    await eventually(() => bed.get(id).activity?.kind === 'working');
    await sleep(2500);
    assert.equal(environment.count('tui paste'), 0);
    status('idle');
    await eventually(() => environment.count('tui paste') > 0);
  });

  it('has no way to the API any more once it has ended', async () => {
    const { id, environment } = await bed.running();
    assert.equal(bed.hasDoor(id), true);
    environment.claude.end(1);
    await bed.until(id, 'failed');
    await eventually(() => !bed.hasDoor(id));
  });
});
