import type { EngineSource } from '../model/engineLink.ts';
import type { SessionModel } from '../model/sessionModel.ts';
import type { CheckpointNode, FileNode, NoteNode, SectionNode } from './nodes.ts';

const maxFiles = 2000;
const maxCheckpoints = 20;

type Details = readonly (SectionNode | NoteNode)[];

/** What stands below a session: its changed files and its checkpoints. Asked for when a row opens, and again when the session has moved. */
export class SessionDetails {
  readonly #model: SessionModel;
  readonly #engine: EngineSource;
  readonly #known = new Map<string, { readonly version: string; readonly details: Promise<Details> }>();

  constructor(model: SessionModel, engine: EngineSource) {
    this.#model = model;
    this.#engine = engine;
  }

  of(sessionId: string): Promise<Details> {
    const version = this.version(sessionId);
    const known = this.#known.get(sessionId);
    if (known?.version === version) return known.details;
    const details = this.#read(sessionId).catch((error: unknown): Details => {
      this.#known.delete(sessionId);
      return [note(sessionId, error instanceof Error ? error.message : String(error))];
    });
    this.#known.set(sessionId, { version, details });
    return details;
  }

  /** Changes whenever the details may be others. */
  version(sessionId: string): string {
    const session = this.#model.get(sessionId);
    return `${session?.head?.commit ?? ''} ${session?.checkpoint?.commit ?? ''}`;
  }

  forget(sessionId: string): void {
    this.#known.delete(sessionId);
  }

  async #read(sessionId: string): Promise<Details> {
    const session = this.#model.get(sessionId);
    if (session === undefined) return [];
    if (session.head === undefined && session.checkpoint === undefined)
      return [note(sessionId, 'Nothing has come home yet.')];
    const [files, checkpoints] = await Promise.all([this.#files(sessionId), this.#checkpoints(sessionId)]);
    const changes: SectionNode | NoteNode =
      files.length === 0
        ? note(sessionId, 'Nothing has changed.')
        : { kind: 'section', section: 'changes', sessionId, children: files };
    if (checkpoints.length === 0) return [changes];
    return [changes, { kind: 'section', section: 'checkpoints', sessionId, children: checkpoints }];
  }

  async #files(sessionId: string): Promise<FileNode[]> {
    const client = await this.#engine.client();
    const { files } = await client.call('session.diff', { session: sessionId, patch: false });
    return files.slice(0, maxFiles).map((file): FileNode => ({ kind: 'file', sessionId, file }));
  }

  /** Newest first. */
  async #checkpoints(sessionId: string): Promise<CheckpointNode[]> {
    const client = await this.#engine.client();
    const { checkpoints } = await client.call('checkpoint.list', { session: sessionId });
    return checkpoints.slice(0, maxCheckpoints).map(({ number, commit, at }) => {
      return { kind: 'checkpoint', sessionId, label: `Checkpoint ${number}`, commit, at };
    });
  }
}

const note = (sessionId: string, text: string): NoteNode => ({ kind: 'note', sessionId, text });
