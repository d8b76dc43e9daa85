import type { Page } from 'playwright-core';
import { z } from 'zod';

/** Chromium's trace format. `tdur`: microseconds of processor time. */
const traceSchema = z.looseObject({
  traceEvents: z.array(
    z.looseObject({
      ...{ name: z.string(), pid: z.number(), tid: z.number(), tdur: z.number().optional() },
      args: z.looseObject({ name: z.unknown().optional() }).optional(),
    }),
  ),
});

/**
 * The longest that a page keeps its thread to itself during some work, in milliseconds of processor time: for so long it answers nobody.
 * What else the machine does meanwhile is not in it.
 */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser of its own');
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const trace = await browser.stopTracing();
  const { traceEvents } = traceSchema.parse(JSON.parse(trace.toString('utf8')));
  const threads = traceEvents.filter(({ args }) => args?.name === 'CrRendererMain');
  const tasks = traceEvents.filter(({ pid, tid }) =>
    threads.some((thread) => thread.pid === pid && thread.tid === tid),
  );
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}
