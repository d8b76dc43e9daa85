import { sleep } from '../../src/engine/base/clock.ts';

/** Waits until something is so; throws what `why` says when it is not within `ms` milliseconds. */
export async function eventually(isSo: () => boolean, why: () => string = String, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`It did not come to be: ${why()}`);
    await sleep(5);
  }
}
