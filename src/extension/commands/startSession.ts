import { requireTrust } from '../trust.ts';
import type { SessionCommand } from './sessionCommand.ts';

export const startSession: SessionCommand = {
  title: 'Start Session',
  action: 'start',
  run: async ({ id }, client) => {
    requireTrust();
    await client.call('session.start', { session: id });
  },
};
