import type { ChangedFile, OperationOutput } from '../../protocol/operations.ts';
import type { PanelChanges } from '../../protocol/panel.ts';

type ReadDiff = () => Promise<Pick<OperationOutput<'session.diff'>, 'files'>>;

/** The changed files as a panel knows them. Many wishes to read them while they are being read become one more reading. */
export class PanelChangesFeed {
  readonly #read: ReadDiff;
  readonly #show: (changes: PanelChanges) => void;
  #files: readonly ChangedFile[] = [];
  #isReading = false;
  #isWanted = false;

  constructor(read: ReadDiff, show: (changes: PanelChanges) => void) {
    this.#read = read;
    this.#show = show;
  }

  /** Only what was shown may be opened. */
  has(path: string): boolean {
    return this.#files.some((file) => file.path === path);
  }

  async read(): Promise<void> {
    this.#isWanted = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#readOnce();
    }
    this.#isReading = false;
  }

  async #readOnce(): Promise<void> {
    this.#show({ kind: 'reading' });
    try {
      const { files } = await this.#read();
      this.#files = files;
      this.#show({ kind: 'known', files });
    } catch (error) {
      this.#show({
        kind: 'failed',
        message: error instanceof Error ? error.message : 'The changes could not be read.',
      });
    }
  }
}
