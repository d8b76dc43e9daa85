import { flowControl, type TerminalSize } from '../../protocol/terminal.ts';
import type { Viewer } from './viewer.ts';

export interface Snapshot {
  readonly size: TerminalSize;
  readonly bytes: Uint8Array;
}

/**
 * What goes to one viewer. A viewer that has not acknowledged `flowControl.pauseAt` bytes gets nothing more; once it is down to `resumeAt` it
 * gets the screen as it is then, not what it missed, so that a slow viewer costs a bounded amount of memory.
 */
export class ViewerPost {
  readonly #viewer: Viewer;
  readonly #snapshot: () => Snapshot;
  #unacknowledged = 0;
  #behind = true;

  constructor(viewer: Viewer, snapshot: () => Snapshot) {
    this.#viewer = viewer;
    this.#snapshot = snapshot;
  }

  /** Brings the viewer to the present picture; from here on it gets bytes. */
  catchUp(): void {
    const { size, bytes } = this.#snapshot();
    this.#behind = false;
    this.#viewer.message({ type: 'snapshot', size, bytes: bytes.length });
    this.#send(bytes);
  }

  output(bytes: Uint8Array): void {
    if (this.#behind) return;
    if (this.#unacknowledged >= flowControl.pauseAt) this.#behind = true;
    else this.#send(bytes);
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    if (this.#behind && this.#unacknowledged <= flowControl.resumeAt) this.catchUp();
  }

  resized(size: TerminalSize): void {
    if (!this.#behind) this.#viewer.message({ type: 'size', size });
  }

  ended(message: string): void {
    this.#viewer.message({ type: 'ended', message });
  }

  #send(bytes: Uint8Array): void {
    this.#unacknowledged += bytes.length;
    this.#viewer.bytes(bytes);
  }
}
