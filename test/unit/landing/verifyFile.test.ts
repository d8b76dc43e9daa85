import assert from 'node:assert/strict';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { readVerifyFile } from '../../../src/engine/landing/verifyFile.ts';

describe('a .flotilla.yaml', () => {
  for (const [what, text, expected] of [
    ['a command', 'verify: npm test', { command: 'npm test' }],
    ['a command of several lines', 'verify: |\n  npm ci\n  npm test\n', { command: 'npm ci\nnpm test' }],
    ['a map', 'verify:\n  command: make check\n', { command: 'make check' }],
    ['seconds', 'verify: {command: make, timeout: 90}', { command: 'make', timeoutMs: 90_000 }],
    ['half a second more', 'verify: {command: make, timeout: 1.5}', { command: 'make', timeoutMs: 1500 }],
    ['minutes', 'verify: {command: make, timeout: 20m}', { command: 'make', timeoutMs: 1_200_000 }],
    ['hours', 'verify: {command: make, timeout: 2 h}', { command: 'make', timeoutMs: 7_200_000 }],
    ['nothing', '', {}],
    ['only a comment', '# verify: later\n', {}],
    ['a byte order mark and Windows lines', '\ufeffverify: npm test\r\n', { command: 'npm test' }],
  ] as const)
    it(`may hold ${what}`, () => {
      assert.deepEqual(readVerifyFile(text), { notices: [], ...expected });
    });

  it('is said to hold keys that do nothing, and works nevertheless', () => {
    const { command, notices } = readVerifyFile('queue: 3\nverify:\n  command: make\n  retries: 2\n');
    assert.equal(command, 'make');
    assert.deepEqual(
      notices.map((notice) => /"(.*)"/.exec(notice)?.[1]),
      ['queue', 'verify.retries'],
    );
  });

  it('does not let its keys reach into objects', () => {
    const { command, notices } = readVerifyFile('__proto__: {verify: evil}\nconstructor: 1\n');
    assert.equal(command, undefined);
    assert.ok(notices.some((notice) => notice.includes('constructor')));
    assert.equal('verify' in {}, false);
  });

  for (const [what, text, line, words] of [
    ['broken YAML', 'a: 1\nverify: "npm test\n', 3, 'is not YAML'],
    ['a key twice', 'verify: a\nverify: b\n', 2, 'is not YAML'],
    ['a tab before a key', 'verify:\n\tcommand: make\n', 2, 'is not YAML'],
    ['two documents', 'verify: a\n---\nverify: b\n', 2, 'single document'],
    ['a list', '- verify\n', 1, 'must hold keys and values'],
    ['a lone word', 'npm test\n', 1, 'must hold keys and values'],
    ['no command', '# x\n\nverify:\n  timeout: 5\n', 4, 'verify.command must be a shell command'],
    ['a number for a command', 'x: 1\nverify: 5\n', 2, 'verify must be a shell command'],
    ['an empty verify', 'x: 1\nverify:\n', 2, 'verify must be a shell command'],
    ['an empty command', "x: 1\nverify: ' '\n", 2, 'is empty'],
    ['a list of commands', 'verify:\n  - a\n  - b\n', 2, 'verify must be a shell command'],
    ['a strange timeout', 'verify:\n  command: make\n  timeout: soon\n', 3, 'verify.timeout must be seconds'],
    ['a timeout of nothing', 'verify:\n  command: make\n  timeout: 0\n', 3, 'one second and one day'],
    ['a timeout of two days', 'verify:\n  command: make\n  timeout: 48h\n', 3, 'one second and one day'],
  ] as const)
    it(`with ${what} is refused, and the line is named`, () => {
      assert.throws(
        () => readVerifyFile(text),
        (error) => {
          assert.ok(FlotillaError.is(error, 'config-invalid'), String(error));
          assert.ok(error.message.startsWith(`.flotilla.yaml, line ${line}: `), error.message);
          assert.ok(error.message.includes(words), error.message);
          return true;
        },
      );
    });

  for (const [what, text] of [
    ['much too long', `# ${'x'.repeat(300_000)}`],
    ['a bomb of aliases', `a0: &a0 [x]\n${bomb()}`],
    ['nested without end', '['.repeat(100_000)],
  ] as const)
    it(`that is ${what} is refused`, () => {
      assert.throws(
        () => readVerifyFile(text),
        (error) => FlotillaError.is(error, 'config-invalid') && error.message.length < 500,
      );
    });
});

function bomb(): string {
  const line = (_: unknown, index: number): string =>
    `a${index + 1}: &a${index + 1} [${Array.from({ length: 10 }, () => `*a${index}`).join(', ')}]\n`;
  return Array.from({ length: 12 }, line).join('');
}
