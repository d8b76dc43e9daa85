import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { choose, isSide, locate, requestSchema } from './scriptedApi/answer.ts';
import { errorOf, estimate, reply, sendFault, sendJson } from './scriptedApi/reply.ts';
import { type Fault, type ParsedScenario, type Scenario, type Step, scenarioSchema } from './scriptedApi/scenario.ts';

/** A request that came in, with every header it carried: credentials too, so that leak tests can see what was sent. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly model?: string | undefined;
  readonly prompt?: string | undefined;
  readonly side?: boolean | undefined;
  /** The id that Claude Code gives its conversation. */
  readonly conversation?: string | undefined;
  /** What the answer claimed to have used. */
  usage?: unknown;
  status?: number | undefined;
  /** The client went away before the answer was complete. */
  aborted?: boolean | undefined;
}

export interface ScriptedApi {
  readonly url: string;
  readonly requests: RecordedRequest[];
  setScenario(scenario: Scenario): void;
  /** Lets go what is held, and what is asked for from now on. */
  release(): void;
  close(): Promise<void>;
}

export interface ScriptedApiOptions {
  readonly scenario?: Scenario | undefined;
  readonly port?: number | undefined;
}

/**
 * A Messages API on loopback that answers from a script, so that the real Claude Code can run without a model. It also answers
 * `/__requests` (JSON of what came in) and `POST /__scenario`.
 */
export async function startScriptedApi(options: ScriptedApiOptions = {}): Promise<ScriptedApi> {
  const api = new Api(options.scenario ?? {});
  const server = createServer((request, response) => {
    api.handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, errorOf('api_error', String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted API has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    requests: api.requests,
    setScenario: (scenario) => {
      api.setScenario(scenario);
    },
    release: () => {
      api.release();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

class Api {
  readonly requests: RecordedRequest[] = [];
  readonly #errorsSent = new Map<string, number>();
  readonly #released = Promise.withResolvers<undefined>();
  #scenario: ParsedScenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenarioSchema.parse(scenario);
  }

  setScenario(scenario: unknown): void {
    this.#scenario = scenarioSchema.parse(scenario);
  }

  release(): void {
    this.#released.resolve(undefined);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString('utf8');
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path.startsWith('/__')) {
      this.#control(path, body, response);
      return;
    }
    const method = request.method ?? 'GET';
    const entry = { method, path: request.url ?? '/', headers: request.headers, body };
    if (method === 'POST' && path === '/v1/messages') {
      await this.#messages(entry, response);
      return;
    }
    this.requests.push(entry);
    this.#other(method, path, entry, response);
  }

  #control(path: string, body: string, response: ServerResponse): void {
    if (path === '/__scenario') this.setScenario(JSON.parse(body));
    if (path === '/__requests') sendJson(response, 200, this.requests);
    else sendJson(response, 200, { ok: true });
  }

  #other(method: string, path: string, entry: RecordedRequest, response: ServerResponse): void {
    if (method === 'POST' && path === '/v1/messages/count_tokens')
      sendJson(response, 200, { input_tokens: estimate(entry.body) });
    else if (path === '/v1/models') sendJson(response, 200, { data: [], has_more: false });
    else if (method === 'HEAD' || path === '/' || path === '/api/hello') response.writeHead(200).end();
    else sendJson(response, 404, errorOf('not_found_error', `the scripted API has no ${path}`));
  }

  async #messages(
    entry: Pick<RecordedRequest, 'method' | 'path' | 'headers' | 'body'>,
    response: ServerResponse,
  ): Promise<void> {
    const body = requestSchema.parse(JSON.parse(entry.body));
    const place = locate(body.messages);
    const step = choose(this.#scenario, body, place);
    const conversation = entry.headers['x-claude-code-session-id']?.toString();
    const about = { model: body.model, prompt: place.prompt, side: isSide(body), conversation };
    const record: RecordedRequest = { ...entry, ...about };
    this.requests.push(record);
    response.once('close', () => {
      record.status = response.statusCode;
      record.aborted = !response.writableFinished;
    });
    if (step.held === true) await this.#released.promise;
    if (step.delayMs !== undefined) await wait(step.delayMs);
    if (response.destroyed) return;
    const key = [body['metadata'], place.prompt, place.step].map((part) => JSON.stringify(part)).join('|');
    const fault = this.#fault(step, key);
    if (this.#sendError(step, key, response) || (fault !== undefined && sendFault(response, fault))) return;
    record.usage = await reply(response, body, step.error === undefined ? step : afterError(step), fault);
  }

  #fault({ faults, lasting }: Step, key: string): Fault | undefined {
    if (faults === undefined) return undefined;
    const sent = this.#errorsSent.get(key) ?? 0;
    this.#errorsSent.set(key, sent + 1);
    return faults[lasting === true ? Math.min(sent, faults.length - 1) : sent];
  }

  #sendError(step: Step, key: string, response: ServerResponse): boolean {
    if (step.error === undefined) return false;
    const sent = this.#errorsSent.get(key) ?? 0;
    if (sent >= (step.times ?? Infinity)) return false;
    this.#errorsSent.set(key, sent + 1);
    sendJson(response, step.error.status, errorOf(step.error.type, step.error.message), step.error.headers);
    return true;
  }
}

const afterError = (step: Step): Step => ({ ...step, text: step.text ?? 'SCRIPTED-AFTER-ERROR' });

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, scenario: { type: 'string' } } });
  const file = values.scenario;
  const scenario = file === undefined ? {} : scenarioSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const api = await startScriptedApi({ scenario, port: Number(values.port ?? 0) });
  console.log(JSON.stringify({ url: api.url }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void api.close());
}
