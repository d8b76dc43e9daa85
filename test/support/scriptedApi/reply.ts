import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { MessagesRequest } from './answer.ts';
import type { Fault, Step } from './scenario.ts';

type Block = Record<string, unknown>;

export const newId = (prefix: string): string => prefix + randomBytes(12).toString('hex');

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': newId('req_'), ...headers });
  response.end(JSON.stringify(value));
}

export const errorOf = (type: string, text: string): unknown => ({
  type: 'error',
  error: { type, message: text },
  request_id: newId('req_'),
});

/** About four characters a token, so that numbers move as real ones do. */
export const estimate = (value: string | readonly unknown[]): number =>
  Math.max(1, Math.ceil(JSON.stringify(value).length / 4));

function blocksOf(step: Step): Block[] {
  const blocks: Block[] = [];
  if (step.thinking !== undefined)
    blocks.push({ type: 'thinking', thinking: step.thinking, signature: 'scripted-signature' });
  if (step.text !== undefined) blocks.push({ type: 'text', text: step.text });
  for (const block of step.blocks ?? []) {
    blocks.push(block.type === 'tool_use' ? { id: newId('toolu_'), ...block } : block);
  }
  if (step.tool !== undefined)
    blocks.push({ type: 'tool_use', id: newId('toolu_'), name: step.tool, input: step.input ?? {} });
  return blocks.length > 0 ? blocks : [{ type: 'text', text: '' }];
}

function pieces(text: string, size = 24): string[] {
  const found = text.match(new RegExp(`[^]{1,${String(size)}}`, 'gu'));
  return found ?? [''];
}

function streamedOf(block: Block): { empty: Block; deltas: Block[] } {
  const text = (name: string): string => (typeof block[name] === 'string' ? block[name] : '');
  switch (block['type']) {
    case 'text':
      return {
        empty: { ...block, text: '' },
        deltas: pieces(text('text')).map((piece) => ({ type: 'text_delta', text: piece })),
      };
    case 'thinking':
      return {
        empty: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          { type: 'thinking_delta', thinking: text('thinking') },
          { type: 'signature_delta', signature: text('signature') },
        ],
      };
    case 'tool_use':
      return {
        empty: { ...block, input: {} },
        deltas: pieces(JSON.stringify(block['input'])).map((piece) => ({
          type: 'input_json_delta',
          partial_json: piece,
        })),
      };
    default:
      return { empty: block, deltas: [] };
  }
}

/** Does what a fault says; `false` when it is one of the answer itself. */
export function sendFault(response: ServerResponse, fault: Fault): boolean {
  const { status, type, message, headers, body, silent } = fault;
  if (status === undefined) return silent === true;
  if (body === undefined) sendJson(response, status, errorOf(type, message), headers);
  else response.writeHead(status, headers).end(body);
  return true;
}

/** Where an answer breaks off. */
type Break = Pick<Fault, 'cutAfter' | 'stallAfter'>;

/** Answers a Messages API request with this step, streamed or whole, and returns the usage it claimed. */
export async function reply(
  response: ServerResponse,
  request: MessagesRequest,
  step: Step,
  broken: Break = {},
): Promise<unknown> {
  const content = blocksOf(step);
  const calls = content.some((block) => block['type'] === 'tool_use');
  const stop = step.stop_reason ?? (calls ? 'tool_use' : 'end_turn');
  const size = estimate([request.system, request.tools, request.messages]);
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: Math.min(size, 1000),
    cache_read_input_tokens: Math.max(0, size - 1010),
    output_tokens: estimate(content),
    service_tier: 'standard',
    ...step.usage,
  };
  const head = { id: newId('msg_'), type: 'message', role: 'assistant', model: step.model ?? request.model };
  const end = { stop_reason: stop, stop_sequence: null };
  if (request.stream === true) await stream(response, { step, content, head, end, usage, broken });
  else if (Object.keys(broken).length === 0) sendJson(response, 200, { ...head, content, ...end, usage });
  else {
    breakOff(response, JSON.stringify({ ...head, content }).slice(0, -9), broken);
    // Nobody was told.
    return undefined;
  }
  return usage;
}

/** Part of an answer that is not streamed. */
function breakOff(response: ServerResponse, part: string, { cutAfter }: Break): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
  response.write(part, () => {
    if (cutAfter !== undefined) response.destroy();
  });
}

interface Streamed {
  readonly step: Step;
  readonly content: readonly Block[];
  readonly head: Block;
  readonly end: Block;
  readonly usage: Block;
  readonly broken: Break;
}

/** Writes event after event; `false` once the answer has broken off or nobody listens any more. */
function writer(response: ServerResponse, { cutAfter, stallAfter }: Break): (type: string, data: Block) => boolean {
  let left = cutAfter ?? stallAfter ?? Infinity;
  return (type, data) => {
    if (response.destroyed || left <= 0) return false;
    left -= 1;
    // What was written goes out before the connection breaks.
    const flushed = (): void => {
      if (left === 0 && cutAfter !== undefined) response.destroy();
    };
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`, flushed);
    return true;
  };
}

async function stream(response: ServerResponse, streamed: Streamed): Promise<void> {
  const { step, content, head, end, usage, broken } = streamed;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'request-id': newId('req_'),
  });
  response.flushHeaders();
  const send = writer(response, broken);
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  send('message_start', { message: start });
  send('ping', {});
  for (const [index, block] of content.entries()) {
    const { empty, deltas } = streamedOf(block);
    send('content_block_start', { index, content_block: empty });
    for (const delta of deltas) {
      if (step.chunkMs !== undefined) await wait(step.chunkMs);
      if (!send('content_block_delta', { index, delta })) return;
    }
    send('content_block_stop', { index });
    if (step.stopMidStream === true) {
      response.destroy();
      return;
    }
  }
  send('message_delta', { delta: end, usage });
  if (send('message_stop', {})) response.end();
}
