import PQueue from 'p-queue';

/** How many environments are made at once: more only makes each of them slower. */
const atOnce = 4;

/** Sessions that wait for their turn to start. */
export class StartQueue {
  readonly #queue = new PQueue({ concurrency: atOnce });

  /** True when a start would have to wait. */
  get full(): boolean {
    return this.#queue.pending + this.#queue.size >= atOnce;
  }

  get size(): number {
    return this.#queue.pending + this.#queue.size;
  }

  add(work: () => Promise<void>): void {
    void this.#queue.add(work);
  }

  async drain(): Promise<void> {
    await this.#queue.onIdle();
  }
}
