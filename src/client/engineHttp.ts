import { Agent, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which the request fails; none when absent, as an operation may take long. */
  readonly silenceMs?: number | undefined;
}

/** The socket could not be reached, or broke. `sent` is false when the engine surely has not heard the request. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly sent: boolean;

  constructor(cause: Error & { code?: string }) {
    super(cause.message, { cause });
    this.sent = !['ENOENT', 'ECONNREFUSED', 'EACCES'].includes(cause.code ?? '');
  }
}

const maxAnswer = 256 * 1024 * 1024;

/** HTTP over the engine's socket, on connections that are kept. */
export class EngineHttp {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  readonly #socketPath: string;
  /** Sent with every request: who asks. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(socketPath: string, headers: Readonly<Record<string, string>>) {
    this.#socketPath = socketPath;
    this.headers = headers;
  }

  /** Rejects with `ConnectionError`, or with the signal's reason. */
  async ask(asked: HttpRequest): Promise<{ status: number; body: string }> {
    const { status, body } = await this.open(asked);
    try {
      return { status, body: await textOf(body) };
    } catch (error) {
      asked.signal?.throwIfAborted();
      throw error instanceof Error ? new ConnectionError(error) : error;
    }
  }

  /** As `ask`, but with the answer as it comes. Whoever opens it reads or destroys it. */
  open(asked: HttpRequest): Promise<{ status: number; body: Readable }> {
    return new Promise((resolve, reject) => {
      const sending = request({
        agent: this.#agent,
        socketPath: this.#socketPath,
        method: asked.method,
        path: asked.path,
        headers: {
          ...this.headers,
          ...asked.headers,
          ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(asked.signal === undefined ? {} : { signal: asked.signal }),
        ...(asked.silenceMs === undefined ? {} : { timeout: asked.silenceMs }),
      });
      sending.on('timeout', () => sending.destroy(new Error('the engine is silent')));
      sending.on('error', (error) => {
        reject(asked.signal?.aborted === true ? error : new ConnectionError(error));
      });
      sending.on('response', (body: IncomingMessage) => {
        resolve({ status: body.statusCode ?? 0, body });
      });
      sending.end(asked.body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswer) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
