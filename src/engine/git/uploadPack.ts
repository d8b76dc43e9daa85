import type { InsideCommand } from './inside.ts';

/**
 * Git's sending half, to be run inside an environment with its streams joined to `WorkStore.receive`. What the workspace's own
 * configuration makes it do happens in the environment, where it can do no more than the session itself.
 */
export const uploadPackCommand = (workspace: string): InsideCommand => [
  'env',
  'GIT_PROTOCOL=version=2',
  'git',
  ...[
    '-c',
    'safe.directory=*',
    '-c',
    'uploadpack.packObjectsHook=',
    '-c',
    'uploadpack.hideRefs=',
    '-c',
    'pack.threads=2',
  ],
  ...['upload-pack', '--strict', '--timeout=120', workspace],
];
