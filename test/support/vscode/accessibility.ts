import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { z } from 'zod';

const resultSchema = z.looseObject({
  violations: z.array(
    z.looseObject({
      id: z.string(),
      impact: z.string().nullable(),
      help: z.string(),
      nodes: z.array(z.looseObject({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** The frame in which the content of the webview on show runs. */
async function webviewFrame(page: Page): Promise<Frame> {
  const outer = await page.locator('iframe.webview.ready:visible').first().elementHandle();
  const holder = await outer.contentFrame();
  const inner = await holder?.waitForSelector('iframe#active-frame');
  const frame = await inner?.contentFrame();
  if (!frame) throw new Error('there is no webview on show');
  return frame;
}

/** What axe-core finds serious or critical in the webview on show, one line each. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const frame = await webviewFrame(page);
  // Evaluated through the debugger's protocol, which the page's policy does not hold.
  await frame.evaluate(axe.source);
  const result = resultSchema.parse(await frame.evaluate('axe.run(document, { resultTypes: ["violations"] })'));
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
    );
}
