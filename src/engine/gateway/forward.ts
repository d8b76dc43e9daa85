import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Access } from './credentials.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { KeyFilter, withoutKey } from './keyFilter.ts';
import { type UsageDelta, UsageMeter } from './usageMeter.ts';

/** What the API answered, or why there is no answer. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: IncomingMessage['headers'] }
  | { readonly kind: 'unreachable'; readonly error: Error };

export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query, already found to be allowed. */
  readonly route: string;
  readonly access: Access;
  readonly agents: { readonly http: Agent; readonly https: Agent };
  /** Fires when the session gives up, and when the gateway closes. */
  readonly signal: AbortSignal;
  /** Called once, as soon as it is known. */
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onUsage: (delta: UsageDelta) => void;
}

/** Passes one request on and its answer back, byte for byte but for the key, each side as fast as the other takes it. Never rejects. */
export async function forward(passage: Passage): Promise<void> {
  const { request, response, signal } = passage;
  const upstream = open(passage);
  const giveUp = (): void => {
    upstream.destroy();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  // Not a pipeline: that would end the session's connection when the API can't be reached, before the error could be told.
  if (hasBody(request)) request.pipe(upstream);
  else upstream.end();
  let answer: IncomingMessage;
  try {
    answer = await answerOf(upstream);
  } catch (error) {
    if (!signal.aborted) {
      passage.onOutcome({ kind: 'unreachable', error: error instanceof Error ? error : new Error(String(error)) });
      refuse(response, 502, 'api_error', 'Flotilla could not reach the API.');
    }
    return;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  const status = answer.statusCode ?? 502;
  passage.onOutcome({ kind: 'answered', status, headers: answer.headers });
  await passBack(passage, answer, status);
  // An answer that came before the whole request: whatever of it still comes is for nobody, and the connection would stay for ever.
  if (!upstream.writableFinished) upstream.destroy();
}

/**
 * A body that comes with another method would go out without a frame, and what is in it would be read as a request of its own on a
 * connection that other sessions use next.
 */
const hasBody = (request: IncomingMessage): boolean => request.method === 'POST';

function open({ request, route, access, agents }: Passage): ClientRequest {
  const { upstream } = access;
  const secure = upstream.protocol === 'https:';
  const headers = requestHeaders(request.headers, access);
  if (!hasBody(request)) delete headers['content-length'];
  const options: RequestOptions = {
    method: request.method ?? 'GET',
    path: upstream.pathname.replace(/\/$/, '') + route,
    headers,
    agent: secure ? agents.https : agents.http,
  };
  return secure ? requestHttps(upstream, options) : requestHttp(upstream, options);
}

function answerOf(upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once('response', resolve);
    // Stays for the request's life: an error after the answer began shows in the answer itself.
    upstream.on('error', reject);
    upstream.once('close', () => {
      reject(new Error('the connection closed without an answer'));
    });
  });
}

async function passBack(
  { response, signal, onUsage, access: { secret } }: Passage,
  answer: IncomingMessage,
  status: number,
): Promise<void> {
  const meter = UsageMeter.for(answer.headers['content-type'], answer.headers['content-encoding']);
  if (meter !== undefined)
    answer.on('data', (chunk: Buffer) => {
      meter.write(chunk);
    });
  response.writeHead(status, withoutKey(answer.statusMessage ?? '', secret), responseHeaders(answer.headers, secret));
  // An event stream must reach Claude as it comes, its head included.
  response.flushHeaders();
  try {
    await pipeline(answer, new KeyFilter(secret), response, { signal });
  } catch {
    // One side went away; pipeline has ended the other.
    answer.destroy();
    response.destroy();
  }
  const delta = meter?.end();
  if (delta !== undefined) onUsage(delta);
}

/** Answers in the API's own error format, which Claude Code understands. */
export function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
}
