import type { SessionFiles } from '../session/sessionFiles.ts';
import type { OperationHandlers } from './context.ts';

type FileHandlers = Pick<
  OperationHandlers,
  Extract<keyof OperationHandlers, `file.${string}` | `checkpoint.${string}`>
>;

/** What may be asked of sessions' files. Each line only names who answers. */
export function fileOperations(files: SessionFiles): FileHandlers {
  return {
    'file.stat': (input, { signal }) => files.stat(input, signal),
    'file.list': (input, { signal }) => files.list(input, signal),
    'file.read': (input, { signal }) => files.read(input, signal),
    'file.write': async (input, { signal }) => ({
      stat: await (await files.writable(input, signal)).write(input, signal),
    }),
    'file.delete': async ({ session, root, path, recursive }, { signal }) => {
      await (await files.writable({ session, root }, signal)).delete(path, recursive, signal);
      return {};
    },
    'file.rename': async ({ session, root, from, to, overwrite }, { signal }) => {
      await (await files.writable({ session, root }, signal)).rename(from, to, overwrite, signal);
      return {};
    },
    'file.makeFolder': async ({ session, root, path }, { signal }) => {
      await (await files.writable({ session, root }, signal)).makeFolder(path, signal);
      return {};
    },
    'file.atRevision': (input, { signal }) => files.atRevision(input, signal),
    'checkpoint.list': async ({ session }, { signal }) => ({ checkpoints: await files.checkpoints(session, signal) }),
    'checkpoint.changes': async ({ session, commit }, { signal }) => ({
      files: await files.checkpointChanges(session, commit, signal),
    }),
  };
}
