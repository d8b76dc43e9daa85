import assert from 'node:assert/strict';
import { suggestVerify } from '../../../src/engine/landing/suggestVerify.ts';

const scripts = (...names: string[]): string =>
  JSON.stringify({ name: 'x', scripts: Object.fromEntries(names.map((name) => [name, 'run it'])) });
const recipes = 'set shell := ["bash"]\n@check:\n  true\n';

describe('the commands suggested for verifying a project', () => {
  for (const [what, files, expected] of [
    ['an empty folder', {}, []],
    ['npm', { 'package.json': scripts('test', 'build') }, ['npm test']],
    [
      'npm with everything',
      { 'package.json': scripts('lint', 'test', 'check'), 'package-lock.json': undefined },
      ['npm test', 'npm run check', 'npm run lint && npm test'],
    ],
    ['npm with a linter only', { 'package.json': scripts('lint') }, ['npm run lint']],
    ['pnpm', { 'package.json': scripts('test', 'check'), 'pnpm-lock.yaml': '' }, ['pnpm test', 'pnpm run check']],
    ['yarn', { 'package.json': scripts('lint', 'test'), 'yarn.lock': '' }, ['yarn test', 'yarn run lint && yarn test']],
    ['bun', { 'package.json': scripts('test'), 'bun.lock': '' }, ['bun run test']],
    [
      'npm without tests',
      { 'package.json': '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}' },
      [],
    ],
    ['a broken package.json', { 'package.json': '{"scripts": ' }, []],
    ['a package.json that was too long', { 'package.json': undefined }, []],
    ['a script called like a method', { 'package.json': '{"scripts": {"toString": "x"}}' }, []],
    ['make', { Makefile: 'all: build\ntest check: build\n\t./run\n' }, ['make test', 'make check']],
    ['make with a variable', { Makefile: 'test := 1\nCHECK=2\ncheck ::= 3\ntest = a: b\n\ttest: no\nlatest: x\n' }, []],
    ['make with phony targets', { makefile: '.PHONY: test\ntest:\n\tgo\n' }, ['make test']],
    ['just', { justfile: 'test filter="": build\n  cargo test\n', 'Cargo.toml': '' }, ['just test', 'cargo test']],
    ['just with quiet recipes', { '.justfile': recipes }, ['just check']],
    ['Rust', { 'Cargo.toml': undefined }, ['cargo test']],
    ['Go', { 'go.mod': 'module x' }, ['go test ./...']],
    ['pytest', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, ['pytest']],
    ['pytest by uv', { 'pyproject.toml': 'dev = ["pytest>=8"]\n', 'uv.lock': '' }, ['uv run pytest']],
    ['pytest by poetry', { 'pytest.ini': '', 'poetry.lock': '' }, ['poetry run pytest']],
    ['tox', { 'tox.ini': '', 'pyproject.toml': '' }, ['tox']],
    ['Python without more', { 'setup.py': '' }, ['python3 -m unittest']],
    ['Maven', { 'pom.xml': '<project/>' }, ['mvn --batch-mode verify']],
    ['Maven with a wrapper', { 'pom.xml': '', mvnw: '' }, ['./mvnw --batch-mode verify']],
    ['Gradle', { 'build.gradle.kts': '' }, ['gradle check']],
    ['Gradle with a wrapper', { 'build.gradle': '', gradlew: '' }, ['./gradlew check']],
    ['Ruby', { Gemfile: "gem 'rspec'\n", Rakefile: '' }, ['bundle exec rake', 'bundle exec rspec']],
    ['Ruby without a Gemfile', { Rakefile: '' }, ['rake']],
    ['PHP', { 'composer.json': scripts('test') }, ['composer test']],
    ['PHP without scripts', { 'composer.json': '{}', 'phpunit.xml.dist': '' }, ['vendor/bin/phpunit']],
    ['Elixir', { 'mix.exs': '' }, ['mix test']],
    ['Deno', { 'deno.json': '{"tasks": {"test": "x"}}' }, ['deno task test']],
    ['Deno without tasks', { 'deno.jsonc': '// x\n{}' }, ['deno test']],
  ] as const)
    it(`of ${what} are ${expected.length === 0 ? 'none' : expected.join(', ')}`, () => {
      assert.deepEqual(suggestVerify(new Map(Object.entries(files))), expected);
    });

  it('hold nothing of what stands in the files', () => {
    const evil = 'test; rm -rf /';
    const files = { 'package.json': scripts(evil), Makefile: `${evil}:\n`, justfile: `${evil}:\n` };
    assert.deepEqual(suggestVerify(new Map(Object.entries(files))), []);
  });
});
