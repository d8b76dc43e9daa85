/** What leads a window into a container. */
export interface ContainerPlace {
  /** The container's name. */
  readonly name: string;
  /** Absolute, inside. */
  readonly workspaceFolder: string;
  /** Where this window itself runs, when that is not this machine: `ssh-remote+host`. */
  readonly remoteAuthority?: string | undefined;
}

/**
 * The URI under which the Dev Containers extension opens a folder of a running container. It is not documented, but widely used: the
 * authority holds, in hexadecimal, a JSON object with the name as `docker inspect` tells it.
 *
 * @see https://code.visualstudio.com/docs/devcontainers/attach-container
 */
export function attachUri({ name, workspaceFolder, remoteAuthority }: ContainerPlace): string {
  const hex = Buffer.from(JSON.stringify({ containerName: `/${name}` })).toString('hex');
  const authority = `attached-container+${hex}${remoteAuthority === undefined ? '' : `@${remoteAuthority}`}`;
  return `vscode-remote://${authority}${workspaceFolder.split('/').map(encodeURIComponent).join('/')}`;
}
