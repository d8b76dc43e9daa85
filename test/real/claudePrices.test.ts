import assert from 'node:assert/strict';
import { pricedModels } from '../../src/engine/gateway/prices.ts';
import { Run } from '../../src/engine/claude/run.ts';
import { type ResultEvent, parseStreamLine } from '../../src/engine/claude/streamJson.ts';
import { type ClaudeEnvironment, startClaudeEnvironment, workspaceFolder } from '../support/claudeEnvironment.ts';

/** Claude Code runs these as another model. */
const replaced = ['claude-opus-4-0', 'claude-opus-4-1', 'claude-sonnet-4-0'];

describe('our list prices', function () {
  this.timeout(600_000);
  let claude: ClaudeEnvironment;

  before(async function () {
    const usage = {
      input_tokens: 1_000,
      output_tokens: 20_000,
      cache_read_input_tokens: 30_000,
      cache_creation_input_tokens: 7_000,
      cache_creation: { ephemeral_5m_input_tokens: 5_000, ephemeral_1h_input_tokens: 2_000 },
      server_tool_use: { web_search_requests: 3 },
    };
    claude = await startClaudeEnvironment(this, {
      rules: [{ match: 'long', steps: [{ text: 'x', usage: { ...usage, cache_read_input_tokens: 130_000 } }] }],
      default: { steps: [{ text: 'x', usage }] },
    });
  });
  after(async () => {
    await (claude as ClaudeEnvironment | undefined)?.close();
  });

  async function costs(model: string, prompt: string): Promise<{ theirs: number | undefined; ours: number }> {
    claude.usage.length = 0;
    const options = { prompt, model, workspaceFolder, permissionMode: 'bypassPermissions', context: '' } as const;
    const run = await Run.start(claude.environment, options);
    const results: ResultEvent[] = [];
    const following = run.follow(0, (line) => {
      results.push(...parseStreamLine(line).filter((event) => event.type === 'result'));
    });
    await run.finish();
    await following;
    return {
      theirs: results.at(-1)?.totalCostUsd,
      ours: claude.usage.reduce((sum, { usage }) => sum + usage.costUsd, 0),
    };
  }

  it('are those of Claude Code, for each model that it knows, long prompts included', async () => {
    const models = pricedModels.filter((model) => !replaced.includes(model));
    for (const [model, prompt] of [
      ...models.map((one) => [one, 'short'] as const),
      ['claude-haiku-5-5', 'long'] as const,
    ]) {
      const { theirs, ours } = await costs(model, prompt);
      assert.ok(theirs !== undefined && theirs > 0, `${model}: no cost`);
      assert.ok(
        Math.abs(theirs - ours) < 1e-9,
        `${model}, ${prompt}: Claude says ${String(theirs)}, we say ${String(ours)}`,
      );
    }
  });

  it('leave a model that nobody knows unpriced', async () => {
    await costs('some-other-model', 'short');
    assert.equal(claude.usage[0]?.usage.unpricedRequests, 1);
    assert.equal(claude.usage[0].usage.costUsd, 0);
  });
});
