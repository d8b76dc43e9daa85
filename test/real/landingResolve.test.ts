import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { readStatus } from '../../src/engine/claude/activityRecords.ts';
import { askOnce } from '../../src/engine/claude/askOnce.ts';
import { Run } from '../../src/engine/claude/run.ts';
import type { OnceOptions } from '../../src/engine/claude/onceCommand.ts';
import { parseStreamLine } from '../../src/engine/claude/streamJson.ts';
import { type ResolveInput, resolveStop } from '../../src/engine/landing/resolve/resolveStop.ts';
import type { Exec } from '../../src/engine/runtime/contract.ts';
import {
  type ClaudeEnvironment,
  startClaudeEnvironment,
  until,
  workspaceFolder,
} from '../support/claudeEnvironment.ts';
import { bash } from '../support/sessions.ts';

const landing = '/workspaces/.flotilla-landing/demo';
const signal = new AbortController().signal;

/** A session's repository whose rebase has stopped in a work tree beside it. */
const conflict = `
  cd ${workspaceFolder} && git config user.name a && git config user.email a@b && git checkout -qb main
  printf 'one\\ntwo\\nthree\\n' > list.txt; echo own > own.txt; git add .; git commit -qm Base
  git checkout -qb session; sed -i s/two/session/ list.txt; git commit -qam 'Say session'
  git checkout -q main; sed -i s/two/target/ list.txt; git commit -qam 'Say target'; git checkout -q session
  rm -rf ${landing}; mkdir -p ${landing}; git worktree add -q --detach ${landing} session
  cd ${landing}; git rebase -q main >/dev/null 2>&1; git rev-parse session main`;

/** The real Claude Code resolves a real conflict, beside the session's own conversation. */
describe('Claude beside the session', function () {
  this.timeout(120_000);
  let claude: ClaudeEnvironment;
  let own = '';
  let commits: string[] = [];

  before(async function () {
    claude = await startClaudeEnvironment(this, {
      rules: [
        {
          match: '^# Resolve merge conflicts',
          steps: [
            { tool: 'Write', input: { file_path: `${workspaceFolder}/own.txt`, content: 'changed' } },
            bash(
              'cat /flotilla/claude/sessions/*.json > /tmp/status; ls /flotilla/claude/run > /tmp/run; pwd > /tmp/folder',
            ),
            bash("printf 'one\\n<<<<<<< both\\nthree\\n' > list.txt"),
            structured(1),
            { text: 'Resolved.' },
          ],
        },
        {
          match: 'Conflict markers are left',
          steps: [
            bash("printf 'one\\ntarget\\nsession\\nthree\\n' > list.txt"),
            structured(0.9),
            { text: 'Resolved.' },
          ],
        },
        { match: 'take for ever', steps: [{ text: 'too late', delayMs: 60_000 }] },
        { match: 'costly', steps: [bash('true'), { text: 'more' }] },
      ],
    });
    const run = await Run.start(claude.environment, {
      prompt: 'the task of the session',
      workspaceFolder,
      permissionMode: 'bypassPermissions',
      context: '',
    });
    await run.finish();
    await run.follow(0, (line) => {
      for (const event of parseStreamLine(line)) if (event.type === 'init') own = event.claudeSessionId;
    });
    commits = (await claude.shell(conflict)).trim().split('\n');
  });
  after(async () => {
    await (claude as ClaudeEnvironment | undefined)?.close();
  });

  const once = (prompt: string, more: Partial<OnceOptions> = {}): OnceOptions => ({
    prompt,
    folder: landing,
    schema: { type: 'object', properties: {} },
    budgetUsd: 1,
    maxTurns: 20,
    seconds: 60,
    keepOut: workspaceFolder,
    ...more,
  });
  const input = (): ResolveInput => ({
    session: { prompt: 'the task of the session', claudeSessionId: own, branch: 'session' },
    environment: claude.environment,
    workTree: landing,
    stop: {
      commit: commits[0] ?? '',
      subject: 'Say session',
      files: [{ path: 'list.txt', kind: 'content', state: 'open', warnings: [] }],
    },
    target: { branch: 'main', commit: commits[1] ?? '' },
    options: { resolve: 'claude', threshold: 0.8, budgetUsd: 5, lockFiles: true },
    ask: (request, inner) => askOnce(claude.environment, once('', request), inner),
    report: () => undefined,
  });
  const transcript = (): Promise<string> => claude.shell(`md5sum /flotilla/claude/projects/*/${own}.jsonl`);

  it("resolves a conflict in a copy of the session's conversation, in two rounds", async () => {
    const before = await transcript();
    claude.usage.length = 0;
    const { files, costUsd, failure } = await resolveStop(input(), signal);
    assert.equal(failure, undefined);
    assert.deepEqual([files[0]?.state, files[0]?.by, files[0]?.confidence], ['accepted', 'claude', 0.9]);
    assert.equal(await claude.shell(`cat ${landing}/list.txt`), 'one\ntarget\nsession\nthree\n');
    const asked = claude.api.requests.filter(({ prompt }) => prompt?.startsWith('# Resolve') === true);
    assert.ok(asked.length > 0 && asked.every(({ body }) => body.includes('the task of the session')));
    assert.equal(await transcript(), before);
    const counted = claude.usage.reduce((sum, { usage }) => sum + usage.costUsd, 0);
    assert.ok(Math.abs(counted - costUsd) < 1e-9, `${String(costUsd)} is not ${String(counted)}`);
  });

  it("is never taken for the session's Claude, and does not reach its work tree", async () => {
    assert.equal((await claude.shell('cat /tmp/folder')).trim(), landing);
    assert.equal(await claude.shell(`cat ${workspaceFolder}/own.txt`), 'own\n');
    const records = (await claude.shell('cat /tmp/status')).split('\n').filter((line) => line !== '');
    assert.ok(records.length > 0);
    assert.deepEqual(
      records.map(readStatus).filter((status) => status !== undefined),
      [],
    );
    assert.doesNotMatch(await claude.shell('cat /tmp/run'), /hooks|status/);
  });

  it('ends with whoever asked, and at once when it is called off', async () => {
    const gone = (): Promise<boolean> =>
      claude.shell('ps ax -o args | grep -c "^claud[e]" || true').then((count) => count.trim() === '0');
    const execs: Exec[] = [];
    const noted = {
      run: claude.environment.run.bind(claude.environment),
      exec: async (...args: Parameters<typeof claude.environment.exec>) => {
        const exec = await claude.environment.exec(...args);
        execs.push(exec);
        return exec;
      },
    };
    const left = askOnce(noted, once('take for ever'), signal);
    left.catch(() => undefined);
    await until('Claude runs', async () => !(await gone()));
    // What the environment sees of an engine that was killed.
    execs[0]?.stdin.end();
    await assert.rejects(left, { code: 'cancelled' });
    await until('Claude has ended', gone);
    const cancel = new AbortController();
    const stopped = askOnce(noted, once('take for ever'), cancel.signal);
    stopped.catch(() => undefined);
    await until('Claude runs', async () => !(await gone()));
    cancel.abort();
    await assert.rejects(stopped, { code: 'cancelled' });
    await until('Claude has ended', gone);
    assert.equal(await claude.shell('ls /tmp | grep -c flotilla || true').then((count) => count.trim()), '0');
  });

  it('stops at its budget and at its time limit', async () => {
    const answer = await askOnce(claude.environment, once('costly', { budgetUsd: 0.0001 }), signal);
    assert.deepEqual([answer.isError, answer.subtype], [true, 'error_max_budget_usd']);
    await assert.rejects(askOnce(claude.environment, once('take for ever', { seconds: 2 }), signal), {
      code: 'claude-failed',
      message: /within 2 seconds/,
    });
  });

  it('begins anew when the conversation is not there any more', async () => {
    const missing = { fork: '00000000-0000-4000-8000-000000000000' };
    const { isError, text } = await askOnce(claude.environment, once('hello', { conversation: missing }), signal);
    assert.equal(isError, false, text);
  });
});

function structured(confidence: number): { tool: string; input: Record<string, unknown> } {
  const files = [{ path: 'list.txt', confidence, why: 'Both belong on the list.' }];
  return { tool: 'StructuredOutput', input: { files, alsoChanged: [] } };
}
