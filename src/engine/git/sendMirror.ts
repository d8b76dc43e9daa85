import { pipeline } from 'node:stream/promises';
import { sleep } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { Tail } from '../base/tail.ts';
import { startHostGit } from './hostProcess.ts';
import { inside, type InsideCommand } from './inside.ts';
import type { Connect } from './incoming.ts';

export interface Sending {
  /** The bare repository. */
  readonly folder: string;
  /** Only refs below this prefix are shown and given out; without one, everything but sessions' refs. */
  readonly only?: string | undefined;
  /** Starts `fetchCommand` in the environment; its `end` is the fetch's exit code. */
  readonly connect: Connect;
}

/** How long git on the host may take to end after the fetch inside has ended, in milliseconds. */
const exitGraceMs = 2000;
const timeoutMs = 60 * 60 * 1000;

/** What runs inside while `sendMirror` runs on the host; `fillCommand` with `objects: null` comes after it. */
export const fetchCommand = (workspace: string, base: string, tools: string = inside.tools): InsideCommand => [
  'sh',
  `${tools}/fetch.sh`,
  workspace,
  base,
];

const shown = (only: string | undefined): string[] =>
  only === undefined
    ? ['uploadpack.allowAnySHA1InWant=true', 'transfer.hideRefs=refs/flotilla']
    : ['uploadpack.allowAnySHA1InWant=false', 'transfer.hideRefs=refs', `transfer.hideRefs=!${only}`];

/**
 * Copies a mirror's history into a workspace over an exec, for hosts whose folders can't be mounted. Only branches, tags and commits
 * named by their full id can be asked for. Rejects with `start-failed` when the fetch inside fails, or with `cancelled`.
 */
export async function sendMirror({ folder, only, connect }: Sending, signal?: AbortSignal): Promise<void> {
  const over = new AbortController();
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    const connection = await connect(both);
    const config = ['protocol.version=0', ...shown(only)];
    const git = startHostGit({ config, args: ['upload-pack', '--timeout=600', folder], timeoutMs }, 0, signal);
    const said = new Tail();
    git.stderr.on('data', (chunk: Buffer) => {
      said.write(chunk);
    });
    const pumps = Promise.allSettled([
      pipeline(connection.fromUploadPack, git.stdin),
      pipeline(git.stdout, connection.toUploadPack),
    ]);
    const exitCode = await connection.end;
    await Promise.race([git.ended, sleep(exitGraceMs)]);
    git.kill();
    await pumps;
    throwIfCancelled(signal);
    if (exitCode !== 0)
      throw new FlotillaError('start-failed', 'The workspace could not be filled from the repository.', {
        detail: said.lines(),
      });
  } finally {
    over.abort();
  }
}
