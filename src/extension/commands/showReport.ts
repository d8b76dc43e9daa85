import { reportText } from '../model/reportText.ts';
import type { Parts } from '../parts.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** Shows what a session was asked, did and made, as a text. */
export const showReport = (texts: Parts['texts']): SessionCommand => ({
  title: 'Show Report',
  run: async ({ id }, client) => {
    const [made, { entries }] = await Promise.all([
      client.call('session.output', { session: id }),
      client.call('session.logs', { session: id, limit: 10_000 }),
    ]);
    await texts.show(id, 'Report.md', reportText(made, entries));
  },
});
