import type { InsideCommand } from './inside.ts';

/** Branches and checkpoints alone: what came from the origin would be thousands of lines each time. */
const shown = ['refs/', '!refs/heads', '!refs/flotilla/checkpoints'].map((refs) => `transfer.hideRefs=${refs}`);

/**
 * Git's sending half, to be run inside an environment with its streams joined to `WorkStore.receive`. What the workspace's own
 * configuration makes it do happens in the environment, where it can do no more than the session itself.
 * It must speak version 0 of the protocol: with version 2 it waits for an end of its input that git-remote-fd can't give.
 */
export const uploadPackCommand = (workspace: string): InsideCommand => [
  'git',
  ...['safe.directory=*', 'pack.threads=2', 'uploadpack.allowAnySHA1InWant=true', ...shown].flatMap((setting) => [
    '-c',
    setting,
  ]),
  ...['upload-pack', '--timeout=120', workspace],
];
