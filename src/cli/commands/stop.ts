import { sessionCommand } from '../sessionCommand.ts';

export const stop = sessionCommand('session.stop', {
  name: 'stop',
  summary: 'stop a session and keep its environment',
  example: 'its work comes home, its container is kept; go on with flotilla resume',
});
