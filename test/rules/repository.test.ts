import assert from 'node:assert/strict';
import { lies, machineTraces, unfinishedWords } from '../support/rules/words.ts';
import { type Source, committedPaths, readSources } from '../support/rules/source.ts';

const allowed = new Set([
  ...[
    'package.json',
    'tsconfig.json',
    'src',
    'media',
    '.devcontainer',
    'test',
    '.vscodeignore',
    'CHANGELOG.md',
    'README.md',
  ],
  ...['package-lock.json', 'LICENSE', '.gitignore', '.vscode', '.ci'],
]);

const strangers = (paths: readonly string[]): string[] => [
  ...new Set(paths.map((file) => file.split('/')[0] ?? '').filter((entry) => !allowed.has(entry))),
];

const file = (path: string, text: string): Source => ({ path, text });
const say = (violations: readonly string[]): string => `\n${violations.join('\n')}`;

describe('the repository', () => {
  const texts = readSources(/^(?!package-lock\.json$).*(\.(ts|js|json|md|sh|yml|conf)|Dockerfile|\.ci\/run|ignore)$/);

  it('has at its top level only what was decided on', () => {
    assert.deepEqual(strangers(committedPaths()), []);
  });

  it('says what changed and how to start', () => {
    const paths = committedPaths();
    for (const needed of ['README.md', 'CHANGELOG.md', 'LICENSE', '.ci/run']) assert.ok(paths.includes(needed), needed);
  });

  it('has nothing marked as unfinished', () => {
    const wrong = unfinishedWords(texts);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('holds no places or registries of one machine', () => {
    const wrong = machineTraces(texts);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('does not lie to the compiler', () => {
    const wrong = lies(readSources(/^(src|test)\/.*\.ts$/));
    assert.equal(wrong.length, 0, say(wrong));
  });
});

describe('the rule of words', () => {
  it('finds a stranger at the top level', () => {
    assert.deepEqual(strangers(['src/a.ts', 'notes/x.md', 'tool.config.js']), ['notes', 'tool.config.js']);
  });

  it('finds what is unfinished', () => {
    assert.deepEqual(unfinishedWords([file('a.ts', ['\n// TO', 'DO: later'].join(''))]).length, 1);
  });

  it('finds places and registries of a machine, and leaves public ones', () => {
    assert.equal(machineTraces([file('a.ts', ['/work', '/main/x'].join(''))]).length, 1);
    assert.equal(machineTraces([file('a.ts', ['https', '://npm.acme.corp/x'].join(''))]).length, 1);
    assert.equal(machineTraces([file('a.ts', 'https://registry.npmjs.org/x https://github.com/a')]).length, 0);
  });

  it('finds what silences the compiler', () => {
    assert.equal(lies([file('src/cli/a.ts', 'x as any;\nexport default x;\n// @ts-ignore')]).length, 3);
    assert.equal(lies([file('src/cli/a.ts', 'x as const;')]).length, 0);
  });
});
