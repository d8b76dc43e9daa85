import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { runOnHost, startOnHost } from '../../src/engine/process/run.ts';
import { git } from '../support/sampleRepository.ts';

const devcontainer = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@devcontainers/cli/package.json')),
  'devcontainer.js',
);

const upSchema = z.object({ outcome: z.literal('success'), containerId: z.string() });

/** What `devcontainer up` takes for a container of this image, in milliseconds from `start`; and the container's id. */
async function up(folder: string): Promise<string> {
  const args = [devcontainer, 'up', '--workspace-folder', folder, '--skip-post-create', '--buildkit', 'never'];
  const { stdout, stderr } = await runOnHost({ file: process.execPath, args });
  const last = stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  const parsed = last.startsWith('{') ? upSchema.safeParse(JSON.parse(last)) : undefined;
  if (parsed?.success !== true) throw new Error(`devcontainer up failed: ${last}\n${stderr}`);
  return parsed.data.containerId;
}

/** Starts Claude in a container by `docker exec` and waits for the first line it says. */
async function firstEvent(container: string, signal: AbortSignal): Promise<void> {
  const variables = [
    'ANTHROPIC_API_KEY=none',
    'ANTHROPIC_BASE_URL=http://127.0.0.1:9',
    'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1',
  ];
  const environment = variables.flatMap((variable) => ['--env', variable]);
  const claude = [
    'claude',
    '-p',
    'Hello',
    '--output-format',
    'stream-json',
    '--verbose',
    '--permission-mode',
    'bypassPermissions',
  ];
  const running = startOnHost({ file: 'docker', args: ['exec', ...environment, container, ...claude] }, signal);
  running.stdin.end();
  running.stderr.resume();
  await new Promise<void>((resolve, reject) => {
    running.stdout.once('data', () => {
      resolve();
    });
    running.ended.then(() => {
      reject(new Error('Claude ended without a word'));
    }, reject);
  });
  running.kill();
}

interface Made {
  readonly folder: string;
  container?: string;
}

async function bareStart(image: string, made: Made): Promise<number> {
  await mkdir(path.join(made.folder, '.devcontainer'));
  const config = {
    image,
    overrideCommand: true,
    updateRemoteUserUID: false,
    userEnvProbe: 'none',
    runArgs: ['--init'],
  };
  await writeFile(path.join(made.folder, '.devcontainer/devcontainer.json'), JSON.stringify(config));
  const start = performance.now();
  made.container = await up(made.folder);
  await firstEvent(made.container, AbortSignal.timeout(60_000));
  return performance.now() - start;
}

async function unmake({ folder, container }: Made): Promise<void> {
  if (container !== undefined) await runOnHost({ file: 'docker', args: ['rm', '--force', '--volumes', container] });
  await rm(folder, { recursive: true, force: true });
}

/**
 * The floor of so many warm starts at once, until the last of them is there: `devcontainer up` and Claude's own start, with nothing of
 * ours. Milliseconds.
 */
export async function floorStart(image: string, parent: string, count = 1): Promise<number> {
  const folders = await Promise.all(Array.from({ length: count }, () => mkdtemp(path.join(parent, 'floor-'))));
  const made = folders.map((folder): Made => ({ folder }));
  const starts = made.map((one) => bareStart(image, one));
  await Promise.allSettled(starts);
  await Promise.all(made.map(unmake));
  return Math.max(...(await Promise.all(starts)));
}

/** The floor of bringing commits home: `git fetch` of a branch over a bare `docker exec`, into a repository that has the rest. */
export async function floorFetch(options: {
  readonly container: string;
  readonly workspace: string;
  readonly branch: string;
  readonly origin: string;
  readonly parent: string;
}): Promise<number> {
  const folder = await mkdtemp(path.join(options.parent, 'fetch-'));
  try {
    await git(options.parent, 'clone', '--quiet', '--bare', '--shared', options.origin, folder);
    const url = `ext::docker exec -i ${options.container} git-upload-pack ${options.workspace}`;
    const start = performance.now();
    await git(
      folder,
      '-c',
      'protocol.ext.allow=always',
      'fetch',
      '--quiet',
      url,
      `refs/heads/${options.branch}:refs/heads/home`,
    );
    return performance.now() - start;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
