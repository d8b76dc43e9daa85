import { ids } from '../ids.ts';
import { withViewProgress } from '../progress.ts';
import type { SessionCommand } from './sessionCommand.ts';

export const stopSession: SessionCommand = {
  title: 'Stop Session',
  action: 'stop',
  run: async ({ id }, client) => {
    await withViewProgress(ids.view.sessions, () => client.call('session.stop', { session: id }));
  },
};
