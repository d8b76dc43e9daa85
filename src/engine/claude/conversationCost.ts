import { z } from 'zod';
import { parseJson } from '../../protocol/json.ts';
import { type Environment, places } from '../runtime/contract.ts';

const costState = z.looseObject({ totalCostUSD: z.number().nonnegative() });

/** The newest record in a conversation's transcript; Claude Code 2.1.328 goes on from it when the conversation is resumed or forked. */
const script = 'grep -hsF \'"type":"cost-state"\' "$1"/projects/*/"$2".jsonl | tail -n 1';

/**
 * US dollars that a conversation has cost so far; 0 when it is unknown. What Claude tells as its total begins with this, so it is what is
 * to be taken off to know what one call cost.
 */
export async function conversationCost(
  environment: Pick<Environment, 'run'>,
  claudeSessionId: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  // It becomes part of a path inside.
  if (claudeSessionId === undefined || !/^[0-9a-f-]{36}$/.test(claudeSessionId)) return 0;
  const command = ['sh', '-c', script, 'sh', places.claude, claudeSessionId] as const;
  const { stdout } = await environment.run({ command, cwd: '/', maxBytes: 64 * 1024 }, signal);
  return parseJson(costState, stdout.toString('utf8'))?.totalCostUSD ?? 0;
}
