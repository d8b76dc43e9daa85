import * as vscode from 'vscode';
import { EngineError } from '../../client/engineError.ts';
import type { ErrorCode } from '../../protocol/errors.ts';

type Make = (messageOrUri: string | vscode.Uri) => vscode.FileSystemError;

/** Which of VS Code's own errors an error of the engine is: VS Code acts on these. */
const kinds: Readonly<Partial<Record<ErrorCode, Make>>> = {
  'file-missing': (uri) => vscode.FileSystemError.FileNotFound(uri),
  'unknown-session': (uri) => vscode.FileSystemError.FileNotFound(uri),
  'file-exists': (uri) => vscode.FileSystemError.FileExists(uri),
  'file-is-folder': (uri) => vscode.FileSystemError.FileIsADirectory(uri),
  'file-is-no-folder': (uri) => vscode.FileSystemError.FileNotADirectory(uri),
};

/** Those whose sentence says more than VS Code's own word for it. */
const spoken: readonly ErrorCode[] = ['file-denied', 'folder-not-empty', 'not-in-this-state', 'not-supported'];

/** An error as VS Code's file service understands it. */
export function fileSystemError(error: unknown, uri: vscode.Uri): Error {
  if (!EngineError.is(error)) return error instanceof Error ? error : new Error(String(error));
  const make = kinds[error.code];
  if (make !== undefined) return make(uri);
  return spoken.includes(error.code)
    ? vscode.FileSystemError.NoPermissions(error.message)
    : vscode.FileSystemError.Unavailable(error.message);
}
