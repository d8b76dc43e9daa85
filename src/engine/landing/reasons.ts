import type { Reason } from '../../protocol/basics.ts';
import { toErrorBody } from '../base/errors.ts';

export const because = (code: string, message: string, detail?: string): Reason =>
  detail === undefined || detail === '' ? { code, message } : { code, message, detail: detail.slice(-8000) };

/** What failed, as the reason why a landing waits. */
export function reasonOf(error: unknown): Reason {
  const { code, message, detail } = toErrorBody(error);
  return because(code, message, detail);
}
