import type { Reason } from '../../protocol/basics.ts';
import { oneLine } from './oneLine.ts';

/** What Claude Code says about a turn that the API has ended. */
export interface SaidOfApi {
  /** The API's status, where there was an answer. */
  readonly status?: number | undefined;
  /** Claude Code's own word: `authentication_failed`, `rate_limit`, `overloaded`, `server_error`, `unknown` … */
  readonly category?: string | undefined;
  /** Its sentence, which comes out of an environment. */
  readonly said: string;
}

type Kind = 'credential' | 'limit' | 'refused' | 'trouble' | 'no-answer';

/** What stands before and after the API's own words in Claude Code 2.1.328. Its advice is for who runs it without Flotilla. */
const before = /^(?:Failed to authenticate\. )?(?:API Error: )?(?:\d{3} |Request rejected \(\d{3}\) · )?/;
const after =
  / (?:This is a server-side issue|The API is at capacity|This is usually temporary|If it persists|If the API is slow|Response: content-type).*$/s;

const words = {
  credential: ['credential-refused', 'The API refused the credential', 'Set a valid one and resume the session.'],
  limit: ['api-limited', 'The API limits requests', 'Resume the session when the limit is over.'],
  refused: ['api-refused', 'The API refused what Claude asked', 'Resume the session, or send it another message.'],
  trouble: ['api-trouble', 'The API has trouble', 'Resume the session later.'],
  'no-answer': ['api-trouble', 'Claude got no proper answer from the API', 'Resume the session later.'],
} as const satisfies Record<Kind, readonly [string, string, string]>;

/** Why a turn failed, in words for people who use Flotilla: what the API said, and what to do. */
export function apiFailure({ status, category, said }: SaidOfApi): Reason {
  const kind = kindOf(status, category);
  const [code, what, advice] = words[kind];
  const own = oneLine(said.replace(before, '').replace(after, ''), 300).replace(/[.\s]+$/, '');
  // Claude says how to log in, which can't be done in a session.
  const isTold = own === '' || /please run \/login/i.test(own);
  const number = status === undefined ? '' : ` (${String(status)})`;
  return { code, message: `${what}${number}${isTold ? '' : `: ${own}`}. ${advice}`, detail: said.slice(0, 4000) };
}

/** What has failed, without what to do: for where that is not for a person to do. */
export function withoutAdvice({ code, message }: Reason): string {
  const advice = Object.values(words)
    .map(([of, , what]) => (of === code ? ` ${what}` : ''))
    .find((end) => end !== '' && message.endsWith(end));
  return advice === undefined ? message : message.slice(0, -advice.length);
}

const byStatus = new Map<number, Kind>([
  [401, 'credential'],
  [403, 'credential'],
  [429, 'limit'],
]);
/** What would only cost the same again is no trouble that passes. */
const byCategory = new Map<string, Kind>([
  ['authentication_failed', 'credential'],
  ['oauth_org_not_allowed', 'credential'],
  ['billing_error', 'refused'],
  ['invalid_request', 'refused'],
  ['max_output_tokens', 'refused'],
  ['model_not_found', 'refused'],
  ['rate_limit', 'limit'],
  ['overloaded', 'trouble'],
]);

function kindOf(status: number | undefined, category = ''): Kind {
  if (status === undefined) return byCategory.get(category) ?? 'no-answer';
  return byStatus.get(status) ?? (status >= 500 ? 'trouble' : 'refused');
}
