import * as vscode from 'vscode';
import { EngineError } from '../client/engineError.ts';

/** Rejects when the workspace is not trusted: from there sessions are looked at, but none is started. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw EngineError.of(
      'not-supported',
      'This workspace is not trusted, so no session is started from here. Trust it first: "Workspaces: Manage Workspace Trust".',
    );
}
