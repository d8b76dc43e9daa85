import * as vscode from 'vscode';
import type { SessionCommand } from './sessionCommand.ts';

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

/** What a session's container uses now. */
export const showUsage: SessionCommand = {
  title: 'Show Resource Use',
  action: 'attach',
  run: async ({ id, name }, client) => {
    const { resources } = await client.call('session.resources', { session: id });
    const text =
      resources === undefined
        ? `The container of "${name}" does not run.`
        : `"${name}" uses ${mebibytes(resources.memory.used)} of ${mebibytes(resources.memory.limit)}, ${resources.cpus.toFixed(2)} cores and ${resources.pids} processes.`;
    void vscode.window.showInformationMessage(text);
    return resources;
  },
};
