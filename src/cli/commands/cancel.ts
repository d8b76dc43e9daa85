import { sessionCommand } from '../sessionCommand.ts';

export const cancel = sessionCommand('session.cancel', {
  name: 'cancel',
  summary: 'cancel a session: its work comes home, its environment is removed',
  example: 'the record and the branch stay until flotilla remove',
});
