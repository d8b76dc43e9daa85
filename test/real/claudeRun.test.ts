import assert from 'node:assert/strict';
import { type ClaudeOptions } from '../../src/engine/claude/commandLine.ts';
import { Run } from '../../src/engine/claude/run.ts';
import { type ClaudeEvent, StreamReader } from '../../src/engine/claude/streamJson.ts';
import {
  type ClaudeEnvironment,
  realKey,
  startClaudeEnvironment,
  until,
  workspaceFolder,
} from '../support/claudeEnvironment.ts';

const bash = (command: string): { tool: string; input: Record<string, string> } => ({
  tool: 'Bash',
  input: { command, description: 'run' },
});

const options = (prompt: string, more: Partial<ClaudeOptions> = {}): ClaudeOptions => ({
  prompt,
  workspaceFolder,
  permissionMode: 'bypassPermissions',
  context: 'You work in a test.',
  ...more,
});

/** Follows a run in the background and keeps what it said. */
class Follower {
  readonly events: ClaudeEvent[] = [];
  readonly lines: string[] = [];
  readonly end: ReturnType<Run['follow']>;
  readonly #abort = new AbortController();
  offset: number;

  constructor(run: Run, offset = 0) {
    this.offset = offset;
    const reader = new StreamReader();
    this.end = run.follow(
      offset,
      (line, next) => {
        this.lines.push(line);
        this.events.push(...reader.read(line));
        this.offset = next;
      },
      this.#abort.signal,
    );
    this.end.catch(() => undefined);
  }

  leave(): void {
    this.#abort.abort();
  }

  of<T extends ClaudeEvent['type']>(type: T): Extract<ClaudeEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ClaudeEvent, { type: T }> => event.type === type);
  }
}

describe('an autonomous Claude under its supervisor', function () {
  this.timeout(240_000);
  let claude: ClaudeEnvironment;

  before(async function () {
    claude = await startClaudeEnvironment(this, {
      rules: [
        {
          match: 'commit it',
          steps: [
            bash(
              'echo made > made.txt && git add . && git -c user.name=a -c user.email=a@b commit -qm made && git log --oneline | wc -l',
            ),
            { text: 'Committed: $LAST' },
          ],
        },
        // Claude refuses commands that begin with a sleep.
        { match: 'take (\\d+) seconds', steps: [bash('true; sleep $1; echo slept'), { text: 'Then: $LAST' }] },
        {
          match: 'wait for (\\w+)',
          steps: [bash('until [ -e /tmp/$1 ]; do sleep 0.1; done; echo slept'), { text: 'Then: $LAST' }],
        },
        { match: 'big', steps: [{ text: 'BIG-OK' }] },
        {
          match: 'refuse',
          steps: [{ error: { status: 400, type: 'invalid_request_error', message: 'no such thing' } }],
        },
        { match: 'eat memory', steps: [bash('kill -KILL $PPID'), { text: 'not reached' }] },
      ],
    });
  });
  after(async () => {
    await (claude as ClaudeEnvironment | undefined)?.close();
  });

  it('does its task and tells it event by event, at the cost that Claude itself names', async () => {
    const began = Date.now();
    claude.usage.length = 0;
    const run = await Run.start(claude.environment, options('commit it'));
    const started = Date.now() - began;
    const follower = new Follower(run);
    await until('a result', () => follower.of('result').length > 0);
    await run.finish();
    assert.deepEqual(await follower.end, { exitCode: 0 });
    console.log(`      start ${String(started)} ms, whole run ${String(Date.now() - began)} ms`);
    const [result] = follower.of('result');
    assert.equal(result?.text, 'Committed: 1');
    assert.equal(result.isError, false);
    assert.deepEqual(
      follower.of('prompt').map(({ text }) => text),
      ['commit it'],
    );
    assert.equal(follower.of('tool')[0]?.name, 'Bash');
    assert.match(follower.of('tool')[0]?.summary ?? '', /^echo made > made.txt/);
    assert.equal(follower.of('exit')[0]?.code, 0);
    assert.equal(result.contextWindow, 1_000_000);
    assert.ok((result.contextTokens ?? 0) > 1000);
    const cost = claude.usage.reduce((sum, { usage }) => sum + usage.costUsd, 0);
    assert.ok(
      Math.abs(cost - (result.totalCostUsd ?? 0)) < 1e-9,
      `${String(cost)} is not ${String(result.totalCostUsd)}`,
    );
  });

  it('goes on while nobody follows, and tells each line exactly once across followers', async () => {
    const run = await Run.start(claude.environment, options('wait for nobody'));
    const first = new Follower(run);
    await until('the tool call', () => first.of('tool').length > 0);
    first.leave();
    await assert.rejects(first.end, { code: 'cancelled' });
    await claude.shell('touch /tmp/nobody');
    const again = Run.reopen(claude.environment, run.id);
    await again.finish();
    const second = new Follower(again, first.offset);
    assert.deepEqual(await second.end, { exitCode: 0 });
    assert.equal(second.of('result')[0]?.text, 'Then: slept');
    const whole = new Follower(again);
    assert.deepEqual(await whole.end, { exitCode: 0 });
    assert.deepEqual([...first.lines, ...second.lines], whole.lines);
    const followers = (): Promise<string> => claude.shell('ps ax -o args | grep -c "[f]ollow.sh"');
    await until('no follower is left', async () => (await followers()).trim() === '0');
  });

  it('is started once under one name, however often, and not at all by half a prompt', async () => {
    const id = Run.newId();
    const before = claude.api.requests.length;
    const starts = [1, 2, 3].map(() => Run.start(claude.environment, options('only once'), { id }));
    const [run] = await Promise.all(starts);
    assert.ok(run !== undefined);
    const follower = new Follower(run);
    await run.finish();
    assert.deepEqual(await follower.end, { exitCode: 0 });
    await Run.start(claude.environment, options('only once'), { id });
    await until('its end is noted', async () => (await run.state()) === 'exited');
    assert.equal(follower.of('prompt').length, 1);
    const asked = claude.api.requests.slice(before).filter(({ side }) => side === false);
    assert.equal(new Set(asked.map(({ conversation }) => conversation)).size, 1);

    const half = `/flotilla/claude/run/${Run.newId()}`;
    const start = `sh /flotilla/tools/supervise.sh start ${half} 100 -- touch /tmp/half-started`;
    assert.equal(
      await claude.shell(`printf half | ${start}; echo $?; ls -d ${half}* /tmp/half-started 2>/dev/null`),
      '74\n',
    );
    assert.equal(await Run.reopen(claude.environment, half.replace(/^.*\//, '')).state(), 'none');
  });

  it('takes follow-ups in order while it works, half a megabyte and quotes included', async () => {
    const run = await Run.start(claude.environment, options('wait for messages'));
    const follower = new Follower(run);
    await until('the tool call', () => follower.of('tool').length > 0);
    const big = `big "quoted" 'text' $HOME \`x\` \\ ${'ä'.repeat(250_000)}`;
    const uuids = [await run.send(big), await run.send('second')];
    await claude.shell('touch /tmp/messages');
    await until('both', () => follower.of('prompt').length === 3);
    await run.finish();
    assert.deepEqual(await follower.end, { exitCode: 0 });
    assert.deepEqual(
      follower
        .of('prompt')
        .slice(1)
        .map(({ uuid }) => uuid),
      uuids,
    );
    assert.equal(follower.of('prompt')[1]?.text, big);
    await assert.rejects(run.send('too late'), { code: 'not-in-this-state' });
  });

  it('continues a conversation with --resume', async () => {
    const first = await Run.start(claude.environment, options('first'));
    const before = new Follower(first);
    await first.finish();
    await before.end;
    const resume = before.of('init')[0]?.claudeSessionId;
    claude.api.requests.length = 0;
    const second = await Run.start(claude.environment, options('second', { conversation: { resume } }));
    const after = new Follower(second);
    await second.finish();
    assert.deepEqual(await after.end, { exitCode: 0 });
    assert.equal(after.of('init')[0]?.claudeSessionId, resume);
    assert.match(claude.api.requests.find(({ side }) => side === false)?.body ?? '', /SCRIPTED-REPLY: first/);
  });

  const isAsleep = async (seconds: number): Promise<boolean> =>
    (await claude.shell(`ps ax -o args= | grep -c '^sleep ${String(seconds)}$' || true`)).trim() !== '0';

  it('ends a turn when interrupted and a run when stopped, with all that it started', async () => {
    const run = await Run.start(claude.environment, options('take 300 seconds'));
    const follower = new Follower(run);
    await until('the command', () => isAsleep(300));
    await run.interrupt();
    await until('the result', () => follower.of('result').length > 0);
    assert.equal(follower.of('result')[0]?.isError, true);
    assert.equal(await run.alive(), true);
    await run.send('take 301 seconds');
    await until('the second command', () => isAsleep(301));
    await run.stop();
    assert.deepEqual(await follower.end, { exitCode: 143 });
    await until('its end is noted', async () => !(await run.alive()));
    await until('nothing of it runs', async () => !(await isAsleep(300)) && !(await isAsleep(301)));
    await run.stop();
  });

  it('reports a refused request as a failure', async () => {
    const run = await Run.start(claude.environment, options('refuse'));
    const follower = new Follower(run);
    await run.finish();
    const end = await follower.end;
    assert.equal(follower.of('result')[0]?.isError, true);
    assert.equal(end.exitCode, 1);
  });

  it('shows a killed Claude as 137, and a killed supervisor as an end without a code', async () => {
    const killed = await Run.start(claude.environment, options('eat memory'));
    assert.deepEqual(await new Follower(killed).end, { exitCode: 137 });
    const orphan = await Run.start(claude.environment, options('take 300 seconds'));
    const follower = new Follower(orphan);
    await until('the command', () => isAsleep(300));
    await claude.shell(`kill -KILL $(cut -d' ' -f1 /flotilla/claude/run/${orphan.id}/pid)`);
    assert.deepEqual(await follower.end, { exitCode: undefined });
    await orphan.stop();
    await until('nothing of it runs', async () => !(await isAsleep(300)));
  });

  it('says what Claude wrote when it could not begin', async () => {
    const run = await Run.start(claude.environment, options('x', { conversation: { resume: 'no-such-conversation' } }));
    assert.deepEqual(await new Follower(run).end, { exitCode: 1 });
    assert.match(await run.errorTail(), /no-such-conversation|No conversation/i);
  });

  it('rides out a gateway that goes away in the middle of a turn and comes back at the same place', async () => {
    const run = await Run.start(claude.environment, options('wait for gateway'));
    const follower = new Follower(run);
    await until('the tool call', () => follower.of('tool').length > 0);
    await claude.door.close();
    await claude.shell('touch /tmp/gateway');
    await until('Claude asks again', () => follower.of('retry').length > 1);
    await claude.reopenDoor();
    await run.finish();
    assert.deepEqual(await follower.end, { exitCode: 0 });
    assert.equal(follower.of('result')[0]?.text, 'Then: slept');
  });

  it('never lets the key inside, and sends it outside', async () => {
    const processes = await claude.shell('cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null');
    assert.ok(processes.includes('flotilla-placeholder'));
    assert.ok(!processes.includes(realKey.slice(0, 30)));
    // The pattern comes by standard input: in an argument it would find itself.
    const search = await claude.environment.run({
      command: ['grep', '-rlaF', '-f', '-', '/flotilla', '/workspaces', '/home', '/tmp'],
      input: realKey.slice(0, 30),
    });
    assert.equal(search.stdout.toString('utf8'), '');
    const main = claude.api.requests.filter(({ path }) => path.startsWith('/v1/messages'));
    assert.ok(main.length > 0 && main.every(({ headers }) => headers['x-api-key'] === realKey));
    assert.ok(main.every(({ headers }) => headers.authorization === undefined));
  });
});
