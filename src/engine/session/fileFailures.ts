import type { ErrorCode } from '../../protocol/errors.ts';
import { longestRead } from '../../protocol/fileOperations.ts';
import { FlotillaError } from '../base/errors.ts';

type Failure = readonly [ErrorCode, (path: string) => string];

/** What the exit codes of media/tools/files.sh mean. */
const failures: Readonly<Record<number, Failure>> = {
  41: ['file-missing', (path) => `There is no ${path} in the workspace.`],
  42: ['file-exists', (path) => `${path} is there already. Choose another name, or say that it may be replaced.`],
  43: ['file-is-folder', (path) => `${path} is a folder.`],
  44: ['file-is-no-folder', (path) => `${path} is no folder.`],
  45: ['file-denied', (path) => `The session's user may not do that with ${path}: look at its permissions.`],
  46: ['file-denied', (path) => `${path} leads out of the workspace. Open it from a shell in the container.`],
  47: [
    'file-too-long',
    (path) => `${path} is longer than ${longestRead / 1024 ** 2} MiB: look at it from a shell in the container.`,
  ],
  48: ['folder-not-empty', (path) => `The folder ${path} is not empty.`],
  49: ['file-denied', (path) => `${path} is no ordinary file and can't be opened.`],
  50: ['internal', (path) => `${path} did not arrive whole and was left as it was. Save it again.`],
  51: ['disk-full', (path) => `${path} could not be written and was left as it was: is the disk full?`],
  52: ['invalid-input', (path) => `${path} can't be moved into itself.`],
  53: ['not-in-this-state', (path) => `The first parts of ${path} are no longer there. Save it again.`],
  54: ['file-denied', () => 'The folder .git holds the commits of the session: it goes when the session is removed.'],
};

/** The error for an exit code of files.sh. `path` is what was asked for. */
export function fileFailure(exitCode: number | undefined, path: string, stderr = ''): FlotillaError {
  const detail = stderr.trim().slice(-2000) || undefined;
  if (exitCode === undefined)
    return new FlotillaError('environment-gone', "The session's environment stopped meanwhile. Resume it to go on.");
  const [code, sentence] = failures[exitCode] ?? ['internal', fallback];
  return new FlotillaError(code, sentence(path === '' ? 'the workspace' : JSON.stringify(path)), { detail });
}

const fallback = (path: string): string => `${path} could not be reached in the session's environment.`;
