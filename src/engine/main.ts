import { setMaxListeners } from 'node:events';
import path from 'node:path';
import { armFaultPoints } from './base/faultPoint.ts';
import { createEngine } from './engine.ts';
import { findInstallation } from './installation.ts';
import { DevcontainerRuntime } from './runtime/devcontainer/devcontainerRuntime.ts';
import { parseEngineArguments } from './server/engineArguments.ts';
import { type BuiltEngine, type EngineParts, runEngine } from './server/engineLife.ts';
import { shortHash } from './base/ids.ts';

const installation = findInstallation(import.meta.dirname);

async function build(parts: EngineParts): Promise<BuiltEngine> {
  const { folders, log } = parts;
  const runtime = await DevcontainerRuntime.open({
    log,
    mediaFolder: path.join(installation.root, 'media'),
    devcontainerCli: installation.devcontainerCli,
    cacheFolder: folders.cache,
    baseImage: process.env['FLOTILLA_BASE_IMAGE'],
    labelScope: shortHash(path.resolve(folders.data)),
  });
  return createEngine({
    ...parts,
    runtime,
    dataFolder: folders.data,
    leave: (why) => {
      parts.stop(why);
    },
    onSecret: (value) => {
      parts.redactor.registerSecret(value);
    },
  });
}

/** Milliseconds, or `undefined` for what is no number. */
const milliseconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** How this process allocates (its face says so when it starts it) is nothing for the programs that it runs. */
function forgetAllocator(): void {
  for (const name of Object.keys(process.env))
    if (name.startsWith('MALLOC_')) Reflect.deleteProperty(process.env, name);
}

async function main(): Promise<void> {
  forgetAllocator();
  armFaultPoints(process.env['FLOTILLA_FAULT_FOLDER']);
  // Many sessions listen to one signal at a time, which is no leak.
  setMaxListeners(0);
  const code = await runEngine({
    folders: parseEngineArguments(process.argv.slice(2)),
    version: installation.version,
    build,
    idleMs: milliseconds(process.env['FLOTILLA_IDLE_MS']),
    logLevel: levels.find((level) => level === process.env['FLOTILLA_LOG_LEVEL']),
  });
  process.exit(code);
}

void main();
