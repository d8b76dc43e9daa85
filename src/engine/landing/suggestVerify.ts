import { z } from 'zod';
import { parseJson } from '../../protocol/json.ts';

/** Top-level names of a project, and the content of those that are small. */
type Files = ReadonlyMap<string, string | undefined>;

const scriptsSchema = z.object({ scripts: z.record(z.string(), z.unknown()) });
const tasksSchema = z.object({ tasks: z.record(z.string(), z.unknown()) });

/**
 * Shell commands that seem to check a project, the likeliest first. Nothing of a file's content gets into a command: the files come from
 * a session.
 */
export function suggestVerify(files: ReadonlyMap<string, string | undefined>): string[] {
  return [...new Set(kinds.flatMap((kind) => kind(files)))];
}

const has = (files: Files, ...names: string[]): boolean => names.some((name) => files.has(name));

/** The content of the first of these files that is there. */
function contentOf(files: Files, ...names: string[]): string {
  const name = names.find((each) => files.has(each));
  return name === undefined ? '' : (files.get(name) ?? '');
}

/** The one command where one of these files is there. */
const simple =
  (command: string, ...names: string[]) =>
  (files: Files): string[] =>
    has(files, ...names) ? [command] : [];

const lockFiles: readonly (readonly [string, string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** `bun test` is bun's own test runner, not the project's script. */
const scriptCommand = (manager: string, script: string): string =>
  script === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${script}`;

function nodeProject(files: Files): string[] {
  const scripts = parseJson(scriptsSchema, contentOf(files, 'package.json'))?.scripts ?? {};
  const manager = lockFiles.find(([name]) => files.has(name))?.[1] ?? 'npm';
  // What `npm init` writes says only that there is no test.
  const isThere = (name: string): boolean =>
    Object.hasOwn(scripts, name) && !/no test specified/.test(String(scripts[name]));
  const [test, check, lint] = ['test', 'check', 'lint'].map((name) =>
    isThere(name) ? scriptCommand(manager, name) : undefined,
  );
  const linted = [lint, test].filter((each) => each !== undefined).join(' && ');
  return [test, check, lint === undefined ? undefined : linted].filter((each) => each !== undefined);
}

/** Targets of a Makefile or recipes of a justfile, as far as they are called like checks. */
const targets =
  (tool: string, ...names: string[]) =>
  (files: Files): string[] => {
    const text = contentOf(files, ...names);
    const pattern = (target: string): RegExp =>
      new RegExp(`^(?:@?[\\w./-]+ +)*@?${target}(?: (?! *=)[^\\n:]*)?:(?!:?=)`, 'm');
    return ['test', 'check'].filter((target) => pattern(target).test(text)).map((target) => `${tool} ${target}`);
  };

function pythonProject(files: Files): string[] {
  const project = contentOf(files, 'pyproject.toml');
  const runner = has(files, 'uv.lock') ? 'uv run ' : has(files, 'poetry.lock') ? 'poetry run ' : '';
  const usesPytest =
    has(files, 'pytest.ini', 'conftest.py') || /\bpytest\b/.test(project + contentOf(files, 'setup.cfg'));
  if (has(files, 'tox.ini')) return [`${runner}tox`, ...(usesPytest ? [`${runner}pytest`] : [])];
  if (usesPytest) return [`${runner}pytest`];
  return has(files, 'pyproject.toml', 'setup.py') ? [`${runner}python3 -m unittest`] : [];
}

/** The project's own wrapper where it has one. */
const wrapped =
  (wrapper: string, tool: string, work: string, ...names: string[]) =>
  (files: Files): string[] =>
    has(files, ...names) ? [`${has(files, wrapper) ? `./${wrapper}` : tool} ${work}`] : [];

function rubyProject(files: Files): string[] {
  const bundle = has(files, 'Gemfile') ? 'bundle exec ' : '';
  const usesRspec = has(files, '.rspec') || /\brspec\b/.test(contentOf(files, 'Gemfile'));
  return [...(has(files, 'Rakefile') ? [`${bundle}rake`] : []), ...(usesRspec ? [`${bundle}rspec`] : [])];
}

function phpProject(files: Files): string[] {
  const scripts = parseJson(scriptsSchema, contentOf(files, 'composer.json'))?.scripts ?? {};
  if (Object.hasOwn(scripts, 'test')) return ['composer test'];
  return has(files, 'phpunit.xml', 'phpunit.xml.dist') ? ['vendor/bin/phpunit'] : [];
}

function denoProject(files: Files): string[] {
  if (!has(files, 'deno.json', 'deno.jsonc')) return [];
  const tasks = parseJson(tasksSchema, contentOf(files, 'deno.json'))?.tasks ?? {};
  return [Object.hasOwn(tasks, 'test') ? 'deno task test' : 'deno test'];
}

const kinds: readonly ((files: Files) => string[])[] = [
  nodeProject,
  targets('make', 'GNUmakefile', 'makefile', 'Makefile'),
  targets('just', 'justfile', 'Justfile', '.justfile'),
  simple('cargo test', 'Cargo.toml'),
  simple('go test ./...', 'go.mod'),
  pythonProject,
  wrapped('mvnw', 'mvn', '--batch-mode verify', 'pom.xml'),
  wrapped('gradlew', 'gradle', 'check', 'build.gradle', 'build.gradle.kts'),
  rubyProject,
  phpProject,
  simple('mix test', 'mix.exs'),
  denoProject,
];
