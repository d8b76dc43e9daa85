import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** So many told events are remembered; older ones happen no more. */
const remembered = 200;
/** How long a window that nobody looks at leaves the telling to others, in milliseconds. */
const courtesyMs = 400;

/** Makes sure that of several windows one alone tells of an event: the first to create its file, and one with the focus comes first. */
export class TellOnce {
  readonly #folder: string;
  readonly #courtesy: () => Promise<unknown>;
  #count = 0;

  /** The folder is shared by all windows. `courtesy` is waited for where nobody looks. */
  constructor(folder: string, courtesy = (): Promise<unknown> => sleep(courtesyMs)) {
    this.#folder = folder;
    this.#courtesy = courtesy;
  }

  /** True for the one window that is to tell. */
  async claim(event: string, isFocused: boolean): Promise<boolean> {
    if (!isFocused) await this.#courtesy();
    await mkdir(this.#folder, { recursive: true });
    try {
      const file = await open(path.join(this.#folder, event), 'wx', 0o600);
      await file.close();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
    if (this.#count++ % 20 === 0) await this.#forgetOld();
    return true;
  }

  async #forgetOld(): Promise<void> {
    const names = (await readdir(this.#folder)).sort((a, b) => numberOf(a) - numberOf(b));
    for (const name of names.slice(0, -remembered)) await rm(path.join(this.#folder, name), { force: true });
  }
}

const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0);
