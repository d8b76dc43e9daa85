import ts from 'typescript';
import { importsOf } from './imports.ts';
import { type Source, at, walk } from './source.ts';

/**
 * The foreign packages and the builtins that matter, and where their door may stand. Within a top-level room (engine, client …)
 * exactly one file may be the door; what is not in the table is not imported at all.
 */
const doors: Readonly<Record<string, RegExp>> = {
  execa: /^src\/engine\/process\/run\.ts$/,
  'node:child_process': /^src\/client\//,
  'node:sqlite': /^src\/engine\/store\/database\.ts$/,
  'simple-git': /^src\/engine\/git\//,
  dockerode: /^src\/engine\/runtime\/devcontainer\//,
  '@devcontainers/cli': /^src\/engine\/runtime\/devcontainer\//,
  'tar-stream': /^src\/engine\/runtime\/devcontainer\//,
  '@xterm/headless': /^src\/engine\/terminal\//,
  '@xterm/addon-serialize': /^src\/engine\/terminal\//,
  '@xterm/addon-fit': /^src\/webview\/terminal\//,
  '@xterm/addon-search': /^src\/webview\/terminal\//,
  '@xterm/addon-unicode11': /^src\/(engine|webview)\/terminal\//,
  '@xterm/addon-web-links': /^src\/webview\/terminal\//,
  '@xterm/addon-webgl': /^src\/webview\/terminal\//,
  '@vscode-elements/elements': /^src\/webview\//,
  fastify: /^src\/engine\/server\//,
  '@fastify/websocket': /^src\/engine\/server\//,
  pino: /^src\/engine\/base\//,
  'p-retry': /^src\/engine\//,
  'eventsource-parser': /^src\/(engine\/gateway|client)\//,
  'env-paths': /^src\/client\//,
  ws: /^src\/client\//,
  commander: /^src\/cli\//,
  '@babel/parser': /^src\/engine\/landing\/resolve\/syntax\//,
  'smol-toml': /^src\/engine\/landing\/resolve\/syntax\//,
  saxes: /^src\/engine\/landing\/resolve\/syntax\//,
  'node:http': /^src\/(engine\/gateway|client)\//,
  'node:https': /^src\/engine\/gateway\//,
  'node:net': /^src\/(engine\/(gateway|server)|client)\//,
};

/** Used everywhere on purpose: zod is how things are said, and these rooms' whole matter is the package. */
const everywhere: Readonly<Record<string, RegExp>> = {
  zod: /^src\//,
  vscode: /^src\/extension\//,
  '@xterm/xterm': /^src\/webview\/terminal\//,
  'node:http': /^src\/engine\/gateway\//,
  'node:https': /^src\/engine\/gateway\//,
  // Tools that touch nothing outside.
  'p-queue': /^src\/engine\//,
  yaml: /^src\/engine\/landing\//,
};

const topRoom = (file: string): string => /^src\/([^/]+)/.exec(file)?.[1] ?? '';

interface Use {
  readonly source: Source;
  readonly node: ts.Node;
  readonly foreign: string;
}

const usesOf = (source: Source): Use[] =>
  importsOf(source).flatMap(({ node, foreign }) => (foreign === undefined ? [] : [{ source, node, foreign }]));

function wrongPlace({ source, foreign }: Use): string | undefined {
  if (everywhere[foreign]?.test(source.path) === true) return undefined;
  const door = doors[foreign];
  if (door) return door.test(source.path) ? undefined : `${foreign} is imported only by its door, ${door.source}`;
  return foreign.startsWith('node:') ? undefined : `${foreign} has no door: name one in test/support/rules/doors.ts`;
}

/** Imports of foreign things outside their door, and second doors. */
export function doorViolations(sources: readonly Source[]): string[] {
  const first = new Map<string, string>();
  const found: string[] = [];
  for (const use of sources.filter(({ path }) => path.startsWith('src/')).flatMap(usesOf)) {
    const wrong = wrongPlace(use) ?? secondDoor(use, first);
    if (wrong !== undefined) found.push(at(use.source, use.node, wrong));
  }
  return found;
}

function secondDoor({ source, foreign }: Use, first: Map<string, string>): string | undefined {
  if (!(foreign in doors) || everywhere[foreign]?.test(source.path) === true) return undefined;
  const key = `${topRoom(source.path)} ${foreign}`;
  const door = first.get(key) ?? source.path;
  first.set(key, door);
  return door === source.path ? undefined : `${foreign} has its door in ${door} already`;
}

const isJsonParse = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node) && node.name.text === 'parse' && node.expression.getText() === 'JSON';

/** JSON enters through a schema: `JSON.parse` stands in one file of a top-level room, and that file imports zod. */
export function jsonViolations(sources: readonly Source[]): string[] {
  const found: string[] = [];
  const first = new Map<string, string>();
  for (const source of sources.filter(({ path }) => path.startsWith('src/')))
    walk(source, (node) => {
      if (!isJsonParse(node)) return;
      const door = first.get(topRoom(source.path)) ?? source.path;
      first.set(topRoom(source.path), door);
      const withSchema = importsOf(source).some(({ foreign }) => foreign === 'zod');
      if (door !== source.path || !withSchema)
        found.push(at(source, node, `JSON.parse without a schema: ${door} is the door`));
    });
  return found;
}
