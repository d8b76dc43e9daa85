import { sleep } from '../../src/engine/base/clock.ts';

/** Fits a screen on which a text stands in Claude's prompt as it was typed. */
export const typedText = (text: string): RegExp => new RegExp(`❯\\s${text}\\s*\\n─`);

/**
 * Presses Enter until what was typed does not stand there any more. In its first moments Claude leaves Enter unheard; a person would press
 * it again, but not while it may still be at work on the first.
 */
export async function pressEnter(press: () => unknown, stands: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    await sleep(400);
    if (tries > 0 && !(await stands())) return;
    await press();
    for (const end = Date.now() + 3000; Date.now() < end && (await stands());) await sleep(100);
  }
}
