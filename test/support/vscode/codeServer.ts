import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { shortHash } from '../../../src/engine/base/ids.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';

/** A real VS Code, as server: the workbench that it serves and the extension host that it starts are Code's own. */
export interface CodeServer {
  /** The Node that it runs on. */
  readonly node: string;
  /** Its main script. */
  readonly entry: string;
}

const versions = { 'code-server': '4.139.1', node: '24.21.0' } as const;

/** Native modules that VS Code's server complains about when they are missing; it does without the others. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog'];

/**
 * code-server takes out the rule that an extension may only use the proposed interfaces it declares; desktop VS Code has it.
 * Put back, so that a use of one fails here as it would there.
 */
const proposalRule = {
  file: 'out/vs/workbench/api/node/extensionHostProcess.js',
  without: /function (\w+)\((\w+),(\w+)\)\{return!0\}/,
  restored: 'function $1($2,$3){return!!($2.enabledApiProposals&&$2.enabledApiProposals.includes($3))}',
} as const;

const manifest = JSON.stringify({
  name: 'flotilla-vscode-bed',
  private: true,
  dependencies: {
    'code-server': versions['code-server'],
    [`node-${process.platform}-${process.arch}`]: versions.node,
  },
});

const recipe = shortHash(manifest + JSON.stringify(nativeModules) + proposalRule.restored);
const cacheFolder = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');

/** Outlives the clone, because it takes half a minute to make; a changed recipe is another folder. */
const bedFolder = path.join(cacheFolder, 'flotilla-test', `vscode-bed-${recipe}`);

const nodeFolderOf = (folder: string): string =>
  path.join(folder, `node_modules/node-${process.platform}-${process.arch}`);

const at = (folder: string): CodeServer => ({
  node: path.join(nodeFolderOf(folder), 'bin/node'),
  entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
});

/** The installed code-server; installs it at the first call on a machine, which needs g++, make and Python. */
export async function codeServer(say: (message: string) => void = () => undefined): Promise<CodeServer> {
  if (existsSync(bedFolder)) return at(bedFolder);
  say(`Installing code-server ${versions['code-server']} from npm into ${bedFolder}, once.`);
  await mkdir(path.dirname(bedFolder), { recursive: true });
  const folder = await mkdtemp(`${bedFolder}-`);
  try {
    await install(folder);
    await rename(folder, bedFolder).catch((error: unknown) => {
      // Another process may have made it meanwhile.
      if (!existsSync(bedFolder)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return at(bedFolder);
}

async function install(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), manifest);
  const server = path.join(folder, 'node_modules/code-server/lib/vscode');
  await npm(folder, folder, ['install', '--ignore-scripts']);
  await npm(folder, server, ['install', '--ignore-scripts', '--omit=dev']);
  await npm(folder, server, ['rebuild', ...nativeModules]);
  await restoreProposalRule(server);
}

async function npm(folder: string, cwd: string, args: readonly string[]): Promise<void> {
  const node = nodeFolderOf(folder);
  const search = [path.join(node, 'bin'), process.env['PATH']].join(path.delimiter);
  const { exitCode, stdout, stderr } = await runOnHost({
    file: 'npm',
    args: [...args, '--no-audit', '--no-fund', '--loglevel=error'],
    cwd,
    // The headers of the Node that runs it, so that none are downloaded.
    env: { PATH: search, npm_config_nodedir: node },
    timeoutMs: 300_000,
  });
  if (exitCode === 0) return;
  throw new Error(`npm ${args.join(' ')} failed while code-server was installed:\n${stdout.toString('utf8')}${stderr}`);
}

async function restoreProposalRule(server: string): Promise<void> {
  const file = path.join(server, proposalRule.file);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(proposalRule.without, proposalRule.restored));
}
