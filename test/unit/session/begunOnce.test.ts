import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Session } from '../../../src/protocol/session.ts';
import type { RunCommand, RunResult } from '../../../src/engine/runtime/contract.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClaude } from '../../support/fakeClaude.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const said = (stdout: string): RunResult => ({
  exitCode: 0,
  stdout: Buffer.from(stdout),
  stderr: '',
  truncated: false,
});
const plainWord = 'Please go on where you were interrupted.';

describe('a start of Claude that its engine did not survive', () => {
  let bed: RoomBed;
  /** The command lines of all starts, in their order. */
  let starts: string[][];
  beforeEach(() => {
    bed = new RoomBed();
    starts = [];
  });
  afterEach(() => bed.close());

  const isStart = ([, script, verb]: readonly string[]): boolean =>
    ['supervise', 'tui'].includes(script ?? '') && verb === 'start';

  /** Nobody hears how the first start comes out: `begins` says whether it does all the same. */
  const cutOff = async (
    changes: Partial<Session>,
    begins: boolean,
  ): Promise<{ id: string; environment: FakeEnvironment }> => {
    const made = bed.session({ state: 'stopped', claudeSessionId: undefined, ...changes });
    const { environment, id } = made;
    environment.answer = (words, command) => {
      if (!isStart(words)) return undefined;
      starts.push([...words]);
      if (begins) beginIn(environment, words, command);
      return new Promise(() => undefined);
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(() => starts.length === 1);
    bed.build();
    environment.answer = (words) => {
      if (isStart(words)) starts.push([...words]);
      return undefined;
    };
    return made;
  };
  const beginIn = (environment: FakeEnvironment, words: readonly string[], { input }: RunCommand): void => {
    if (words[1] === 'tui') {
      environment.tui = 'running';
      return;
    }
    const claude = new FakeClaude(words[3]?.replace(/^.*\//, '') ?? '');
    claude.hear(String(input));
    environment.claudes.push(claude);
  };
  const reconcile = (): Promise<void> => bed.room.reconcile(bed.leaving.signal);
  const conversation = (words: readonly string[] | undefined): string | undefined =>
    words?.find((word) => /^--(?:session-id|resume)=/.test(word));
  const timeline = (id: string, kind: string): string[] =>
    bed.room.reports
      .logs({ session: id, after: 0, limit: 1000 })
      .entries.flatMap(({ entry }) =>
        entry.kind === 'timeline' && entry.timeline.kind === kind ? [entry.timeline.text] : [],
      );

  it('is followed from its first line when it began, and nothing is started again', async () => {
    const { id, environment } = await cutOff({}, true);
    environment.claude.takeUp();
    await reconcile();
    await bed.until(id, 'running');
    await eventually(() => timeline(id, 'prompt').length === 1);
    assert.equal(starts.length, 1);
    assert.equal(environment.count('stop'), 0);
    assert.equal(conversation(starts[0]), `--session-id=${bed.get(id).claudeSessionId ?? ''}`);
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    assert.deepEqual(
      environment.claude.heard.map(({ text }) => text),
      ['do it'],
    );
  });

  it('is read to its end when it ended meanwhile', async () => {
    const { id, environment } = await cutOff({}, true);
    environment.claude.takeUp();
    environment.claude.endTurn('All is done.');
    environment.claude.end(0);
    await reconcile();
    await bed.until(id, 'completed');
    assert.equal(bed.get(id).resultText, 'All is done.');
    assert.equal(starts.length, 1);
  });

  it('is made under the same name when it did not begin, so that one that comes late is the same', async () => {
    const { id, environment } = await cutOff({}, false);
    await reconcile();
    await bed.until(id, 'running');
    assert.equal(starts[0]?.[3], starts[1]?.[3]);
    assert.match(conversation(starts[1]) ?? '', /^--session-id=/);
    assert.equal(conversation(starts[1]), conversation(starts[0]));
    assert.equal(environment.claude.heard[0]?.text, 'do it');
  });

  it('goes on with its conversation when it began and was ended with its container', async () => {
    const { id, environment } = await cutOff({}, true);
    environment.lose('stopped');
    await reconcile();
    await bed.until(id, 'running');
    assert.equal(conversation(starts[1])?.replace(/^.*=/, ''), conversation(starts[0])?.replace(/^.*=/, ''));
    assert.match(conversation(starts[1]) ?? '', /^--resume=/);
    assert.equal(environment.claude.heard[0]?.text, plainWord);
  });

  it('is looked for again later when the environment does not say whether it began', async function () {
    this.timeout(60_000);
    const { id, environment } = await cutOff({}, true);
    environment.answer = (words) => (words[2] === 'state' ? said('') : undefined);
    await reconcile();
    assert.equal(bed.get(id).state, 'starting');
    environment.answer = () => undefined;
    await eventually(() => bed.get(id).state === 'running');
    assert.equal(environment.claudes.length, 1);
  });

  for (const [name, isStopped] of [
    ['stopped', true],
    ['not reached any more', false],
  ] as const)
    it(`goes on with its conversation when nobody heard how it came out, and its container was ${name}`, async () => {
      const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: undefined });
      environment.answer = (words, command) => {
        if (!isStart(words)) return undefined;
        starts.push([...words]);
        if (starts.length > 1) return undefined;
        beginIn(environment, words, command);
        return Promise.reject(new Error('Docker does not answer'));
      };
      const stop = environment.stop.bind(environment);
      if (!isStopped) environment.stop = () => Promise.reject(new Error('Docker does not answer'));
      await bed.room.sessions.resume({ session: id }, testActor);
      await bed.until(id, 'failed');
      await eventually(() => !bed.room.busy());
      assert.equal(bed.hasDoor(id), false);
      environment.stop = stop;
      await bed.room.sessions.resume({ session: id }, testActor);
      await bed.until(id, 'running');
      assert.ok(environment.count('stop') > 0);
      assert.equal(conversation(starts[1])?.replace(/^.*=/, ''), conversation(starts[0])?.replace(/^.*=/, ''));
      assert.match(conversation(starts[1]) ?? '', /^--resume=/);
      assert.equal(environment.claude.heard[0]?.text, plainWord);
    });

  it('in the terminal is found again, or was closed', async () => {
    const running = await cutOff({ mode: 'interactive' }, true);
    await reconcile();
    await bed.until(running.id, 'running');
    assert.equal(starts.length, 1);
    assert.equal(conversation(starts[0]), `--session-id=${bed.get(running.id).claudeSessionId ?? ''}`);

    starts = [];
    const closed = await cutOff({ mode: 'interactive' }, true);
    closed.environment.tui = 'exited 0';
    await reconcile();
    await eventually(() => {
      closed.environment.cut();
      return bed.get(closed.id).state === 'stopped';
    });
    assert.equal(bed.get(closed.id).reason.code, 'closed');
    assert.equal(starts.length, 1);
  });
});

describe('a follow-up that its engine did not survive', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  /** A session that was handed a follow-up, and whose Claude was ended before anybody heard what came of it. */
  const handed = async (
    answer: FakeEnvironment['answer'],
    becomes: Session['state'] = 'running',
  ): Promise<{ id: string; environment: FakeEnvironment }> => {
    const made = await bed.running();
    const { id, environment } = made;
    environment.claude.takeUp();
    bed.store.followUps.add(id, 'one');
    environment.claude.endTurn();
    await eventually(() => environment.claude.heard.at(-1)?.text === 'one');
    environment.lose('stopped');
    await bed.until(id, 'stopped');
    environment.answer = answer;
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, becomes);
    return made;
  };
  const isAskedForIt = (words: readonly string[]): boolean => words[2]?.includes('source_uuid') === true;
  const timeline = (id: string): string =>
    JSON.stringify(bed.room.reports.logs({ session: id, after: 0, limit: 1000 }).entries);

  it('is not said again when the conversation has it, and Claude goes on with it', async () => {
    const { id, environment } = await handed((words) => (isAskedForIt(words) ? said('heard\n') : undefined));
    assert.equal(environment.claude.heard[0]?.text, plainWord);
    assert.equal(bed.get(id).queued, 0);
    assert.match(timeline(id), /"prompt","text":"one"/);
  });

  it('is said again under its name when the conversation does not have it', async () => {
    const { environment } = await handed((words) => (isAskedForIt(words) ? said('not\n') : undefined));
    await eventually(() => environment.claude.heard.length === 1);
    assert.deepEqual(environment.claude.heard[0], environment.claudes[0]?.heard.at(-1));
  });

  it('is said again, and that is told, when it was entered in the terminal and nobody saw Claude take it', async () => {
    const { id, environment } = await handed(([, , verb]) => (verb === 'pasted' ? said('entered\n') : undefined));
    await eventually(() => environment.claude.heard.at(-1)?.text === 'one');
    assert.match(timeline(id), /Nobody can say whether this message reached Claude.*one/);
  });

  it('waits on, and nothing is left running, when the environment cannot be asked for it', async () => {
    const { id, environment } = await handed(([, , verb]) => {
      if (verb === 'pasted') throw new Error('Docker does not answer');
      return undefined;
    }, 'failed');
    await eventually(() => environment.state === 'stopped');
    assert.equal(bed.store.followUps.count(id), 1);
  });

  it('is not entered again when the terminal says that Claude took it', async () => {
    const { id, environment } = await handed(([, , verb]) => (verb === 'pasted' ? said('taken\n') : undefined));
    assert.equal(environment.claude.heard[0]?.text, plainWord);
    assert.equal(bed.get(id).queued, 0);
  });
});
