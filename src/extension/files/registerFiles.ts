import * as vscode from 'vscode';
import type { FlotillaEvent } from '../../protocol/events.ts';
import type { SessionState } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { keepWindowFolder } from './keepWindowFolder.ts';
import { openChanges } from './openChanges.ts';
import { openDiff } from './openDiff.ts';
import { openFile } from './openFile.ts';
import { openFolder } from './openFolder.ts';
import { RevisionFileSystem } from './revisionFileSystem.ts';
import { SessionFileSystem } from './sessionFileSystem.ts';

/** Milliseconds between two looks at what is watched, in the window that has the focus and in the others. */
const lookEveryMs = { focused: 2000, otherwise: 10_000 } as const;
/** States in which the files of a session may change. */
const liveStates: readonly SessionState[] = ['running', 'waiting', 'completed'];

/** Sessions' files: in editors, in diffs, and the commands that open them. */
export function registerFiles(
  parts: Pick<Parts, 'context' | 'connection' | 'model' | 'commands' | 'picker' | 'log'>,
): vscode.Disposable {
  const { connection, model, commands, log } = parts;
  const client = connection.client.bind(connection);
  const files = new SessionFileSystem({
    client,
    isLive: (id) => liveStates.includes(model.get(id)?.state ?? 'cancelled'),
    everyMs: () => (vscode.window.state.focused ? lookEveryMs.focused : lookEveryMs.otherwise),
    failed: (message) => {
      log.warn(message);
    },
  });
  const hint = ({ sessionId, body }: FlotillaEvent): void => {
    if (sessionId !== undefined && isHint(body)) files.hint(sessionId);
  };
  commands.registerAll({
    [ids.command.openDiff]: (given) => openDiff(parts, given),
    [ids.command.openChanges]: (given) => openChanges(parts, given),
    [ids.command.openFile]: (given) => openFile(parts, given),
    [ids.command.openFolder]: (given) => openFolder(parts, given),
  });
  const { registerFileSystemProvider } = vscode.workspace;
  return vscode.Disposable.from(
    files,
    keepWindowFolder(parts),
    model.onEvent(hint),
    registerFileSystemProvider(ids.scheme.files, files, { isCaseSensitive: true }),
    registerFileSystemProvider(ids.scheme.revisions, new RevisionFileSystem(client), {
      isCaseSensitive: true,
      isReadonly: true,
    }),
  );
}

/** Claude used a tool, finished, or the session went on or ended: its files may be others. */
const isHint = (body: FlotillaEvent['body']): boolean =>
  body.type === 'session.timeline' || (body.type === 'session.updated' && body.data.changes.state !== undefined);
