import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { z } from 'zod';
import { sleep } from '../../src/engine/base/clock.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Session } from '../../src/protocol/session.ts';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { labelled } from '../support/leftovers.ts';
import { becomes } from '../support/runtimeBed.ts';
import { type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { bash, longBash } from '../support/sessions.ts';

const docker = async (...args: string[]): Promise<string> => {
  const { stdout } = await runOnHost({ file: 'docker', args });
  return stdout.toString('utf8');
};

const infoSchema = z.looseObject({ pid: z.number() });

/** What a session lives through: engines that die, starts that are called off, memory that runs out, stops and resumes. */
describe('a session', function () {
  this.timeout(180_000);
  let flotilla: Flotilla;
  let sample: SampleRepository;

  const enginePid = async (): Promise<number> => (await flotilla.json(infoSchema, ['engine', 'status'])).pid;
  const startNew = async (...args: string[]): Promise<string> => {
    const before = await flotilla.sessionIds();
    const { exitCode, stdout, stderr } = await flotilla.run([
      'new',
      sample.folder,
      '--detach',
      ...flotilla.buildArguments,
      ...args,
    ]);
    assert.equal(exitCode, 0, stdout + stderr);
    const id = (await flotilla.sessionIds()).find((one) => !before.includes(one));
    assert.ok(id !== undefined);
    return id;
  };

  /** Waits until Claude is at work and this file is there. */
  const hasMade = async (id: string, file: string): Promise<Session> => {
    const session = await flotilla.until(id, ({ activity }) => activity?.about?.startsWith('Bash') ?? false);
    const { id: container = '', workspaceFolder = '' } = session.environment ?? {};
    const exists = ['exec', '--workdir', workspaceFolder, container, 'test', '-e', file];
    await becomes(async () => (await runOnHost({ file: 'docker', args: exists })).exitCode === 0, 60_000);
    return session;
  };

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      scenario: {
        rules: [
          {
            match: 'ten small commits',
            steps: [
              bash(
                'set +m; for i in 1 2 3 4 5 6 7 8 9 10; do echo $i > $i.txt; git add -A; git commit -qm "Number $i"; sleep 1; done',
              ),
              { text: 'All ten.' },
            ],
          },
          {
            match: 'eat memory',
            steps: [bash("node -e 'const a=[];for(;;)a.push(Buffer.alloc(1<<24,1))'"), { text: 'I was hungry.' }],
          },
          { match: 'wait long', steps: [longBash('echo begun > begun.txt; sleep 600'), { text: 'Waited.' }] },
          {
            match: '^one commit and one change',
            steps: [
              bash(
                'echo kept > kept.txt && git add kept.txt && git commit -qm Kept' +
                  ' && git commit -q --allow-empty -m Tagged && git tag -am Mine aside && git reset -q HEAD~' +
                  ' && echo more >> kept.txt && echo loose > loose.txt' +
                  ' && git worktree add -qb agent .claude/worktrees/agent && echo aside > .claude/worktrees/agent/aside.txt',
              ),
              { text: 'Both.' },
            ],
          },
          { match: 'go on where', steps: [{ text: 'I go on.' }] },
        ],
      },
    });
    sample = await sampleRepository(flotilla.folder);
  });
  after(() => flotilla.close());

  it('goes on while its engine is killed, and loses neither output nor commits', async () => {
    const id = await startNew('--prompt', 'ten small commits');
    await flotilla.until(id, ({ activity }) => activity?.about?.startsWith('Bash') ?? false);
    const pid = await enginePid();
    process.kill(pid, 'SIGKILL');
    await sleep(2000);
    const session = await flotilla.until(id, ({ state }) => state !== 'running' && state !== 'starting');
    assert.equal(session.state, 'completed', JSON.stringify(session.reason));
    assert.equal(session.head?.ahead, 10);
    assert.equal(session.resultText, 'All ten.');
    assert.notEqual(await enginePid(), pid);
    const { stdout } = await flotilla.run(['logs', id]);
    assert.equal(stdout.split('All ten.').length - 1, 1, stdout);
  });

  it('is gone without a trace when its start is cancelled', async () => {
    const id = await startNew('--prompt', 'wait long');
    const cancelled = await flotilla.run(['cancel', id]);
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    assert.deepEqual(await labelled(`flotilla.session=${id}`), []);
    const session = await flotilla.until(id, ({ state }) => state === 'cancelled');
    assert.equal(session.environment, undefined);
  });

  it('says that memory ran out, and what to do', async () => {
    const id = await startNew('--prompt', 'eat memory', '--memory', '600m');
    const session = await flotilla.until(id, ({ state }) => state === 'failed' || state === 'completed');
    // Docker may tell of it after the session has ended.
    await becomes(async () => /ran out of memory/.test((await flotilla.run(['logs', id])).stdout), 60_000);
    if (session.state === 'failed') assert.equal(session.reason.code, 'out-of-memory');
  });

  it('can be stopped with its work brought home, and resumed', async () => {
    const id = await startNew('--prompt', 'wait long');
    await hasMade(id, 'begun.txt');
    assert.equal((await flotilla.run(['stop', id])).exitCode, 0);
    const stopped = await flotilla.until(id, ({ state }) => state === 'stopped');
    assert.ok(stopped.checkpoint !== undefined);
    const diff = await flotilla.run(['diff', id]);
    assert.match(diff.stdout, /begun\.txt/);
    const { stdout } = await runOnHost({
      file: 'docker',
      args: ['ps', '--quiet', '--filter', `label=flotilla.session=${id}`],
    });
    assert.equal(stdout.toString('utf8'), '', 'the environment still runs');
    assert.equal((await flotilla.run(['resume', id])).exitCode, 0);
    const done = await flotilla.until(
      id,
      ({ state, startedAt, endedAt }) => state === 'completed' && (endedAt ?? '') > (startedAt ?? ''),
    );
    assert.equal(done.resultText, 'I go on.');
  });

  it('says who ended it when its container is stopped from outside', async () => {
    const id = await startNew('--prompt', 'wait long');
    const { environment } = await flotilla.until(id, ({ activity }) => activity?.about?.startsWith('Bash') ?? false);
    await runOnHost({ file: 'docker', args: ['kill', environment?.id ?? ''] });
    const session = await flotilla.until(id, ({ state }) => state === 'stopped' || state === 'failed');
    assert.equal(session.reason.code, 'environment-stopped');
  });

  it('keeps its work and its conversation when its container was removed from outside', async () => {
    const id = await startNew('--prompt', 'wait long');
    const { environment } = await hasMade(id, 'begun.txt');
    await docker('rm', '--force', environment?.id ?? '');
    const gone = await flotilla.until(id, ({ state }) => state === 'failed' || state === 'stopped');
    assert.equal(gone.reason.code, 'environment-gone');
    const refused = await flotilla.run(['remove', id, '--yes']);
    assert.equal(refused.exitCode, 4, refused.stdout);
    assert.match(refused.stderr, /never came home/);
    assert.equal((await flotilla.run(['resume', id])).exitCode, 0);
    const done = await flotilla.until(id, ({ state }) => state === 'completed');
    assert.equal(done.resultText, 'I go on.');
    assert.match((await flotilla.run(['diff', id])).stdout, /begun\.txt/);
  });

  it('gets back what had come home when its volumes are lost as well', async () => {
    const id = await startNew('--prompt', 'one commit and one change');
    const before = await flotilla.until(id, ({ state }) => state === 'completed');
    await docker('rm', '--force', before.environment?.id ?? '');
    const volumes = await docker('volume', 'ls', '--quiet', '--filter', `label=flotilla.session=${id}`);
    await docker('volume', 'rm', ...volumes.trim().split('\n'));
    const diff = await flotilla.run(['diff', id]);
    assert.equal((await flotilla.run(['send', id, 'go on where'])).exitCode, 0);
    const after = await flotilla.until(id, ({ state, endedAt }) => state === 'completed' && endedAt !== before.endedAt);
    assert.equal(after.head?.commit, before.head?.commit);
    assert.equal((await flotilla.run(['diff', id])).stdout, diff.stdout);
    assert.match(diff.stdout, /loose\.txt/);
    assert.doesNotMatch(diff.stdout, /agent/);
    const { id: container = '', workspaceFolder = '' } = after.environment ?? {};
    assert.equal(before.notices.length, 0, before.notices.join('\n'));
    await docker('start', container);
    const inside = ['exec', '--workdir', workspaceFolder, container, 'git'];
    assert.equal((await docker(...inside, 'show', 'stash^3:aside.txt')).trim(), 'aside');
    assert.equal((await docker(...inside, 'rev-parse', 'aside^')).trim(), after.head?.commit);
    assert.match((await flotilla.run(['logs', id])).stdout, /linked work trees held is stashed now \(agent\)/);
  });

  it('waits for credentials instead of failing, and starts when they come', async () => {
    await flotilla.stopEngine();
    const without = await Promise.resolve({ ...flotilla.env, ANTHROPIC_API_KEY: undefined });
    const cli = flotilla.commandLine([
      'new',
      sample.folder,
      '--detach',
      '--prompt',
      'go on where',
      ...flotilla.buildArguments,
    ]);
    const { exitCode, stderr } = await runOnHost({ ...cli, env: without });
    assert.equal(exitCode, 0, stderr);
    const waiting = z.object({
      sessions: z.array(
        z.looseObject({ id: z.string(), state: z.string(), reason: z.looseObject({ code: z.string() }) }),
      ),
    });
    const listed = await runOnHost({ ...flotilla.commandLine(['list', '--json']), env: without });
    const session = waiting
      .parse(JSON.parse(listed.stdout.toString('utf8')))
      .sessions.find(({ state }) => state === 'waiting');
    assert.equal(session?.reason.code, 'no-credentials');
    const done = await flotilla.until(session.id, ({ state }) => state === 'completed');
    assert.equal(done.resultText, 'I go on.');
  });

  it('is found again as an orphan when the store is lost, and can be adopted', async () => {
    const id = await startNew('--prompt', 'ten small commits');
    // The first commit is made before.
    await hasMade(id, '2.txt');
    await flotilla.stopEngine();
    await flotilla.forgetStore();
    const doctor = await flotilla.run(['doctor']);
    assert.ok(doctor.stdout.includes(id), doctor.stdout);
    const adopted = await flotilla.run(['adopt', id]);
    assert.equal(adopted.exitCode, 0, adopted.stderr);
    const session = await flotilla.until(id, ({ head }) => (head?.ahead ?? 0) > 0);
    assert.equal(session.reason.code, 'adopted');
  });
});
