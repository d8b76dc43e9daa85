import { Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { messageOf } from '../base/errors.ts';
import { type Closable, Closables } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Credentials } from './credentials.ts';
import { type Outcome, forward, refuse } from './forward.ts';
import { limitEnd, retryTime } from './limitEnd.ts';
import { routeOf } from './routes.ts';
import { serveSocket } from './socketServer.ts';
import type { UsageDelta } from './usageMeter.ts';

/** Why a session's Claude gets no answers from the API. */
export type Trouble =
  | { readonly kind: 'no-credentials' }
  /** The API refused the credential with this status (401 or 403). */
  | { readonly kind: 'credential-refused'; readonly status: number }
  /** `resetAt`: ISO 8601, when the API said it. */
  | { readonly kind: 'limited'; readonly resetAt?: string | undefined }
  /** It can't answer now, and named when to ask again: ISO 8601. */
  | { readonly kind: 'busy'; readonly resetAt: string }
  | { readonly kind: 'unreachable'; readonly message: string }
  /** An answer came again: what was told before is over. */
  | { readonly kind: 'over' };

export interface GatewayOptions {
  readonly log: Log;
  readonly credentials: Credentials;
  readonly onUsage: (sessionId: string, delta: UsageDelta) => void;
  /** Told when the trouble changes, not for each request. */
  readonly onTrouble: (sessionId: string, trouble: Trouble) => void;
  /** How long a request waits for credentials, in milliseconds; five minutes when absent. */
  readonly credentialWaitMs?: number | undefined;
  /** Where the proxy variables are read (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`); the engine's own environment when absent. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * The engine's door to the Anthropic API. Each session has a socket in a folder of its own; what comes through it goes to the
 * configured upstream with the user's credential, which the session never sees.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #agents: { http: HttpAgent; https: HttpsAgent };
  readonly #sockets = new Closables();

  constructor(options: GatewayOptions) {
    this.#options = options;
    const proxyEnv = withLoopbackDirect(options.env ?? process.env);
    this.#agents = {
      http: new HttpAgent({ keepAlive: true, proxyEnv }),
      https: new HttpsAgent({ keepAlive: true, proxyEnv }),
    };
  }

  /** Serves a session at `<apiFolder>/api.sock`, in the place of a stale socket. Rejects with `config-invalid` when the path is too long. */
  async open(sessionId: string, apiFolder: string): Promise<Closable> {
    const door = new SessionDoor(sessionId, this.#options, this.#agents);
    const socket = await serveSocket(apiFolder, (request, response) => void door.handle(request, response));
    return this.#sockets.add({
      close: async () => {
        door.close();
        await socket.close();
      },
    });
  }

  async close(): Promise<void> {
    await this.#sockets.close();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

/** A proxy can't reach what listens on this machine's loopback. */
function withLoopbackDirect(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const direct = [env['no_proxy'] ?? env['NO_PROXY'] ?? '', 'localhost', '127.0.0.1', '::1'];
  return { ...env, no_proxy: direct.filter((part) => part !== '').join(',') };
}

/** Requests of one session at a time. One connection can bring any number (HTTP pipelining), and all sessions share the engine's. */
const maxRequests = 128;
/** How often a session's refused requests are logged: it could push everything else out of the log. */
const maxWarnings = 20;

class SessionDoor {
  readonly #sessionId: string;
  readonly #options: GatewayOptions;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #log: Log;
  readonly #closing = new AbortController();
  /** The trouble that was told last, as text to compare with. */
  #told: string | undefined;
  #requests = 0;
  #warnings = 0;

  constructor(sessionId: string, options: GatewayOptions, agents: { http: HttpAgent; https: HttpsAgent }) {
    this.#sessionId = sessionId;
    this.#options = options;
    this.#agents = agents;
    this.#log = options.log.with({ room: 'gateway', session: sessionId });
  }

  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#requests >= maxRequests) {
      refuse(response, 529, 'overloaded_error', 'This session has too many requests under way.');
      return;
    }
    this.#requests += 1;
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    try {
      await this.#pass(request, response, AbortSignal.any([gone.signal, this.#closing.signal]));
    } catch (error) {
      this.#log.error('a request could not be passed on', { error });
      refuse(response, 500, 'api_error', 'Flotilla could not pass this request on.');
    } finally {
      this.#requests -= 1;
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const route = routeOf(request.method, request.url);
    if (route === undefined) {
      this.#warn(request);
      refuse(response, 403, 'permission_error', 'Flotilla passes on only what Claude Code needs.');
      return;
    }
    const { credentials, credentialWaitMs = 5 * 60_000 } = this.#options;
    if (credentials.access === undefined) this.#tell({ kind: 'no-credentials' });
    const access = await credentials.available(credentialWaitMs, signal);
    if (signal.aborted) return;
    if (access === undefined) {
      refuse(response, 529, 'overloaded_error', 'Flotilla has no credentials yet; it waits for them.');
      return;
    }
    const began = performance.now();
    await forward({
      request,
      response,
      route,
      access,
      agents: this.#agents,
      signal,
      onOutcome: (outcome) => {
        this.#judge(outcome);
      },
      onUsage: (delta) => {
        this.#options.onUsage(this.#sessionId, delta);
      },
    });
    this.#log.debug('passed on', {
      method: request.method,
      route,
      status: response.statusCode,
      ms: Math.round(performance.now() - began),
    });
  }

  #warn({ method, url }: IncomingMessage): void {
    this.#warnings += 1;
    if (this.#warnings > maxWarnings) return;
    this.#log.warn('a session asked for what it may not have', { method, path: url?.slice(0, 200) });
  }

  #judge(outcome: Outcome): void {
    if (outcome.kind === 'unreachable') {
      this.#tell({ kind: 'unreachable', message: messageOf(outcome.error) });
      return;
    }
    const { status, headers } = outcome;
    if (status === 401 || status === 403) this.#tell({ kind: 'credential-refused', status });
    else if (status === 429) this.#tell({ kind: 'limited', resetAt: limitEnd(headers, Date.now()) });
    else if (status >= 500) this.#tellBusy(retryTime(headers, Date.now()));
    else if (status < 400 && this.#told !== undefined) this.#tell({ kind: 'over' });
  }

  #tellBusy(resetAt: string | undefined): void {
    if (resetAt !== undefined) this.#tell({ kind: 'busy', resetAt });
  }

  #tell(trouble: Trouble): void {
    const text = JSON.stringify(trouble);
    if (text === this.#told) return;
    this.#told = trouble.kind === 'over' ? undefined : text;
    this.#options.onTrouble(this.#sessionId, trouble);
  }
}
