import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { operations } from '../../../src/protocol/operations.ts';
import { sessionSchema } from '../../../src/protocol/session.ts';
import { slug } from '../../../src/engine/base/ids.ts';
import { describe as describeSession, draftSession } from '../../../src/engine/session/draft.ts';

const source = {
  id: 'shop-1',
  source: '/home/me/shop',
  kind: 'folder',
  name: 'shop',
  url: '/home/me/shop',
  pushUrl: undefined,
} as const;
const base = { ref: 'main', commit: 'a'.repeat(40) };
const input = (more: object): Parameters<typeof draftSession>[0] =>
  operations['session.create'].input.parse({ repository: '/home/me/shop', prompt: 'Fix the login page', ...more });

describe('a new session', () => {
  it('is a valid record named after its task, on a branch of its own', () => {
    const session = sessionSchema.parse(draftSession(input({}), source, base, []));
    assert.equal(session.name, 'Fix the login page');
    assert.match(session.branch, /^flotilla\/fix-the-login-page-[a-z0-9]{8}$/);
    assert.equal(session.permissionMode, 'bypassPermissions');
    assert.equal(session.state, 'created');
  });

  it('cuts a long task at a word and takes only its first line', () => {
    const { name } = draftSession(input({ prompt: `${'word '.repeat(40)}\nsecond line` }), source, base, []);
    assert.ok(name.length <= 49 && name.endsWith('word…'), name);
  });

  it('fills limits that were not given with the defaults', () => {
    const { limits } = draftSession(input({ limits: { cpus: 1 } }), source, base, []);
    assert.deepEqual(limits, { memory: 4 * 1024 ** 3, cpus: 1, pids: 2048 });
  });

  it('describes itself for a label without its task', () => {
    const text = describeSession(draftSession(input({ prompt: 'x', name: 'n' }), source, base, []));
    assert.ok(!text.includes('"prompt"'));
    assert.ok(Buffer.byteLength(text) < 4096);
  });
});

describe('slug', () => {
  for (const [text, expected] of [
    ['Fix the login page', 'fix-the-login-page'],
    ['Überprüfe Größe', 'uberprufe-gro-e'],
    ['日本語', 'session'],
    ['--', 'session'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a'.repeat(50), 'a'.repeat(32)],
    ['one two three four five six seven eight', 'one-two-three-four-five-six'],
  ] as const)
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}`, () => assert.equal(slug(text), expected));
});
