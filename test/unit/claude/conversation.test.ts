import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { hasConversation } from '../../../src/engine/claude/conversation.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';
import { places, type RunCommand, type RunResult } from '../../../src/engine/runtime/contract.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const { signal } = new AbortController();

describe("Claude's conversation", () => {
  let place: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    place = temporaryFolder();
  });
  afterEach(() => {
    place.remove();
  });

  /** The script itself, with a folder of the host in the place of Claude's. */
  const environment = {
    run: async ({ command: [file, ...args] }: RunCommand): Promise<RunResult> => {
      const here = args.map((arg) => (arg === places.claude ? place.folder : arg));
      return { ...(await runOnHost({ file, args: here })), truncated: false };
    },
  };
  const save = (id: string, text: string): void => {
    const folder = path.join(place.folder, 'projects/-workspaces-orchard');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${id}.jsonl`), text);
  };

  it('can go on once something of it was saved', async () => {
    assert.equal(await hasConversation(environment, 'c1', signal), false);
    save('c1', '');
    assert.equal(await hasConversation(environment, 'c1', signal), false);
    save('c1', '{"type":"user"}\n');
    assert.equal(await hasConversation(environment, 'c1', signal), true);
    assert.equal(await hasConversation(environment, 'c2', signal), false);
  });

  it('takes its id for a name, whatever it looks like', async () => {
    save('c1', '{}\n');
    for (const id of ['*', '$(touch x)', '-n', '"; echo saved; "'])
      assert.equal(await hasConversation(environment, id, signal), false, id);
  });

  it('is taken for saved when nobody can say', async () => {
    const silent = { run: () => Promise.reject(new Error('Docker does not answer')) };
    assert.equal(await hasConversation(silent, 'c1', signal), true);
  });

  it('is not asked for by who was called off', async () => {
    const called = new AbortController();
    const slow = {
      run: () => {
        called.abort();
        return Promise.reject(new Error('aborted'));
      },
    };
    await assert.rejects(hasConversation(slow, 'c1', called.signal), { code: 'cancelled' });
  });
});
