import { throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';

/**
 * Claude Code's transcripts, by the id of their conversation. It writes the first line some time after it has said the id: killed before that, it
 * refuses to go on ("No conversation found with session ID").
 */
const savedScript =
  'for file in "$1"/projects/*/"$2".jsonl; do [ -s "$file" ] && echo saved && exit 0; done; echo missing';

/**
 * A message that was taken up as a prompt keeps its own id there, one that was taken up in the middle of a turn is named as the source of what Claude
 * was told (Claude Code 2.1.328). One that only waits has neither.
 */
const heardScript =
  'for file in "$1"/projects/*/"$2".jsonl; do grep -qsF -e "\\"uuid\\":\\"$3\\"" -e "\\"source_uuid\\":\\"$3\\"" "$file" && echo heard && exit 0; done; echo not';

type Where = Pick<Environment, 'run'>;

/** False only when Claude surely can't go on with a conversation: who can't be asked may have it. Rejects with `cancelled`. */
export async function hasConversation(environment: Where, id: string, signal: AbortSignal): Promise<boolean> {
  return (await ask(environment, savedScript, [id], signal)) !== 'missing';
}

/** True when a message with this uuid has surely come to Claude in the conversation. Rejects with `cancelled`. */
export async function hasHeard(
  environment: Where,
  conversation: string,
  uuid: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await ask(environment, heardScript, [conversation, uuid], signal)) === 'heard';
}

async function ask(environment: Where, script: string, words: readonly string[], signal: AbortSignal): Promise<string> {
  const command = ['sh', '-c', script, 'sh', places.claude, ...words] as const;
  const asked = environment.run({ command, cwd: '/', maxBytes: 100 }, signal);
  const answer = await asked.then(({ stdout }) => stdout.toString('utf8').trim()).catch(() => '');
  throwIfCancelled(signal, 'Starting Claude');
  return answer;
}
