import { randomUUID } from 'node:crypto';

/**
 * A message for Claude as one line of stream-json input. Its uuid comes back in the `prompt` event once Claude takes it up; a message
 * with a uuid that Claude has had already is left out by it.
 */
export function userMessage(
  text: string,
  uuid: string = randomUUID(),
): { readonly uuid: string; readonly line: string } {
  const message = { role: 'user', content: [{ type: 'text', text }] };
  return { uuid, line: `${JSON.stringify({ type: 'user', message, parent_tool_use_id: null, uuid })}\n` };
}

/** The request that ends the current turn, as Esc does in the terminal interface. */
export const interruptRequest = (): string =>
  `${JSON.stringify({ type: 'control_request', request_id: randomUUID(), request: { subtype: 'interrupt' } })}\n`;
