import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClaudeEvent } from '../../../src/engine/claude/streamJson.ts';
import { draftSession } from '../../../src/engine/session/draft.ts';
import { TurnReader } from '../../../src/engine/session/turnReader.ts';
import { operations } from '../../../src/protocol/operations.ts';
import type { Session } from '../../../src/protocol/session.ts';

const source = { id: 's', source: '/s', kind: 'folder', name: 's', url: '/s', pushUrl: undefined } as const;
const input = operations['session.create'].input.parse({ repository: '/s', prompt: 'Do it' });

/** Reads events as the engine does: each change is laid over the session before the next event. */
function readAll(events: readonly ClaudeEvent[]): { session: Session; said: string[]; marks: string[] } {
  const reader = new TurnReader();
  let session = draftSession(input, source, { ref: 'main', commit: 'a'.repeat(40) }, []);
  const said: string[] = [];
  const marks: string[] = [];
  for (const event of events) {
    const { changes, entry, result, mayHaveCommitted } = reader.read(session, event);
    session = { ...session, ...changes };
    if (entry !== undefined) said.push(`${entry.kind} ${entry.text}`);
    if (result !== undefined) marks.push(result.failed ? 'failed' : 'done');
    if (mayHaveCommitted === true) marks.push('may have committed');
  }
  return { session, said, marks };
}

const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
const result = (more: object): ClaudeEvent => ({
  type: 'result',
  subtype: 'success',
  isError: false,
  text: 'Done.',
  turns: 2,
  totalCostUsd: 1,
  usage,
  permissionDenials: [],
  ...more,
});

describe('reading an autonomous Claude', () => {
  it('keeps who it is, and says what it does right now', () => {
    const { session } = readAll([
      { type: 'init', claudeSessionId: 'c1', model: 'm', permissionMode: 'plan', slashCommands: [], tools: [] },
      { type: 'tool', id: 't1', name: 'Bash', summary: 'npm test' },
    ]);
    assert.equal(session.claudeSessionId, 'c1');
    assert.equal(session.model, 'm');
    assert.deepEqual([session.activity?.kind, session.activity?.about], ['working', 'Bash: npm test']);
  });

  it('tells prompts, texts, tools and results in their order', () => {
    const { said } = readAll([
      { type: 'prompt', text: 'Do it' },
      { type: 'text', messageId: 'm1', text: 'I will.' },
      { type: 'tool', id: 't1', name: 'Read', summary: 'a.txt' },
      { type: 'toolResult', id: 't1', failed: false },
      result({}),
    ]);
    assert.deepEqual(said, ['prompt Do it', 'text I will.', 'tool a.txt', 'result Done.']);
  });

  it('looks for commits after a command, and after nothing else', () => {
    const { marks } = readAll([
      { type: 'tool', id: 't1', name: 'Read', summary: 'a.txt' },
      { type: 'toolResult', id: 't1', failed: false },
      { type: 'tool', id: 't2', name: 'Bash', summary: 'git commit' },
      { type: 'toolResult', id: 't2', failed: false },
      { type: 'toolResult', id: 'never asked for', failed: false },
    ]);
    assert.deepEqual(marks, ['may have committed']);
  });

  it('adds up the turns of several results, and never their cost', () => {
    const { session } = readAll([result({}), result({ turns: 3, contextWindow: 200_000, contextTokens: 5000 })]);
    assert.equal(session.turns, 5);
    assert.equal(session.usage.costUsd, 0);
    assert.deepEqual(session.context, { windowTokens: 200_000, usedTokens: 5000 });
    assert.equal(session.activity?.kind, 'idle');
  });

  it('takes a success that only reports an error for a failure', () => {
    assert.deepEqual(readAll([result({ isError: true, text: 'API Error: 401' })]).marks, ['failed']);
  });

  it('changes nothing for what it does not understand', () => {
    const { session, said } = readAll([
      { type: 'other', of: 'noise' },
      { type: 'exit', code: 0 },
    ]);
    assert.deepEqual(said, []);
    assert.equal(session.activity, undefined);
  });
});
