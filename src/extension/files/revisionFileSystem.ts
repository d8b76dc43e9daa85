import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import { fileSystemError } from './fileSystemError.ts';
import { type Revision, revisionOf } from './revision.ts';

/** Files that are kept for the next question about them: an editor asks for one several times. */
const maxKept = 24;

/**
 * Files of sessions as they were, for the left side of a diff; also pictures and other things that are no text. What it shows never
 * changes.
 */
export class RevisionFileSystem implements vscode.FileSystemProvider {
  readonly #client: () => Promise<EngineClient>;
  readonly #kept = new Map<string, Promise<Uint8Array>>();
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]> = () => new vscode.Disposable(() => undefined);

  constructor(client: () => Promise<EngineClient>) {
    this.#client = client;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length: size } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size, permissions: vscode.FilePermission.Readonly };
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const key = uri.toString();
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(uri);
    this.#kept.set(key, reading);
    reading.catch(() => this.#kept.delete(key));
    for (const oldest of [...this.#kept.keys()].slice(0, -maxKept)) this.#kept.delete(oldest);
    return reading;
  }

  readDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  createDirectory = refuse;
  writeFile = refuse;
  delete = refuse;
  rename = refuse;

  async #read(uri: vscode.Uri): Promise<Uint8Array> {
    const found = revisionOf(uri);
    if (found === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const { session, path, revision } = found;
    try {
      return Buffer.from(await this.#content(session, path, revision), 'base64');
    } catch (error) {
      throw fileSystemError(error, uri);
    }
  }

  /** Base64. */
  async #content(session: string, path: string, revision: Revision): Promise<string> {
    if (revision.which === 'nothing') return '';
    const client = await this.#client();
    if (revision.which === 'conflict') {
      const content = (await client.call('landing.conflict', { session, path }))[revision.side];
      if (content === undefined) throw EngineError.of('file-missing', `This side of the conflict has no ${path}.`);
      return content;
    }
    const { which, commit } = revision;
    const input = { session, path, which, ...(which === 'checkpoint' ? { checkpoint: commit } : {}) };
    const found = await client.call('file.atRevision', input);
    // A landing changes where the branch starts and ends: what was asked for is then no longer what is answered.
    if (which !== 'checkpoint' && found.commit !== commit)
      throw EngineError.of('file-missing', 'The session has moved on: open the changes again.');
    return found.content;
  }
}

function refuse(): never {
  throw vscode.FileSystemError.NoPermissions('What was can not be changed.');
}
