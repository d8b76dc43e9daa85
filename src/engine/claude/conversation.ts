import { throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';

/**
 * Claude Code's transcripts, by the id of their conversation. It writes the first line some time after it has said the id: killed before that, it
 * refuses to go on ("No conversation found with session ID").
 */
const script = 'for file in "$1"/projects/*/"$2".jsonl; do [ -s "$file" ] && echo saved && exit 0; done; echo missing';

/** False only when Claude surely can't go on with a conversation: who can't be asked may have it. Rejects with `cancelled`. */
export async function hasConversation(
  environment: Pick<Environment, 'run'>,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  const command = ['sh', '-c', script, 'sh', places.claude, id] as const;
  const asked = environment.run({ command, cwd: '/', maxBytes: 100 }, signal);
  const answer = await asked.then(({ stdout }) => stdout.toString('utf8').trim()).catch(() => '');
  throwIfCancelled(signal, 'Starting Claude');
  return answer !== 'missing';
}
