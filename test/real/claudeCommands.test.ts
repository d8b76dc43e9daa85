import assert from 'node:assert/strict';
import { sleep } from '../../src/engine/base/clock.ts';
import { Run } from '../../src/engine/claude/run.ts';
import { type ClaudeEvent, StreamReader } from '../../src/engine/claude/streamJson.ts';
import {
  type ClaudeEnvironment,
  startClaudeEnvironment,
  until,
  workspaceFolder,
} from '../support/claudeEnvironment.ts';

/** Milliseconds in which a command must have been answered. */
const patience = 60_000;

describe("Claude's own slash commands", function () {
  this.timeout(600_000);
  let claude: ClaudeEnvironment;

  before(async function () {
    claude = await startClaudeEnvironment(this, { default: { steps: [{ text: 'OK' }] } });
  });
  after(async () => {
    await (claude as ClaudeEnvironment | undefined)?.close();
  });

  /** Sends commands one after the other and tells which were not answered, and how many the run answered before it ended. */
  async function sendAll(commands: readonly string[]): Promise<{ silent: string[]; died: string | undefined }> {
    const events: ClaudeEvent[] = [];
    const reader = new StreamReader();
    const options = { prompt: 'hello', workspaceFolder, permissionMode: 'bypassPermissions', context: '' } as const;
    const run = await Run.start(claude.environment, options);
    const end = run.follow(0, (line) => events.push(...reader.read(line)));
    const results = (): number => events.filter(({ type }) => type === 'result').length;
    const ended = (): boolean => events.some(({ type }) => type === 'exit');
    await until('hello', () => results() === 1);
    const silent: string[] = [];
    for (const command of commands) {
      const before = results();
      await run.send(`/${command}`);
      const limit = Date.now() + patience;
      while (results() === before && !ended() && Date.now() < limit) await sleep(20);
      if (ended()) return { silent, died: command };
      if (results() === before) {
        silent.push(command);
        await run.interrupt();
      }
    }
    await run.finish();
    assert.deepEqual(await end, { exitCode: 0 });
    return { silent, died: undefined };
  }

  it('are each answered, and none ends the run', async () => {
    const run = await Run.start(claude.environment, {
      prompt: 'hello',
      workspaceFolder,
      permissionMode: 'bypassPermissions',
      context: '',
    });
    const commands: string[] = [];
    const following = run.follow(0, (line) => {
      for (const event of new StreamReader().read(line))
        if (event.type === 'init') commands.push(...event.slashCommands);
    });
    await run.finish();
    await following;
    assert.ok(commands.length > 20, `only ${String(commands.length)} commands`);
    const half = Math.ceil(commands.length / 2);
    const began = Date.now();
    const outcomes = [await sendAll(commands.slice(0, half)), await sendAll(commands.slice(half))];
    console.log(`      ${String(commands.length)} commands in ${String(Date.now() - began)} ms`);
    assert.deepEqual(outcomes, [
      { silent: [], died: undefined },
      { silent: [], died: undefined },
    ]);
  });
});
