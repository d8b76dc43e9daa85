import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { chmod } from 'node:fs/promises';
import { z } from 'zod';
import { actorSchema } from '../../protocol/actor.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Hello } from '../../protocol/version.ts';
import { FlotillaError, toErrorBody } from '../base/errors.ts';
import { parseJson } from '../../protocol/json.ts';
import type { Log } from '../base/log.ts';
import type { Operations } from '../operations/context.ts';
import type { Journal } from '../store/journal.ts';
import type { Terminals } from '../terminal/viewer.ts';
import { errorStatus } from './errorStatus.ts';
import { EventStream } from './eventStream.ts';
import { Faces } from './faces.ts';
import { RunningOperations } from './runningOperations.ts';
import { prepareSocketFolder } from './socketFolder.ts';
import { joinTerminal } from './terminalViewer.ts';
import { websocketOptions, websocketPlugin } from './websocketPlugin.ts';

export interface ServerParts {
  /** Where to listen, under 104 bytes. Its folder is made private. The caller holds the engine's lock. */
  readonly socketPath: string;
  readonly operations: Operations;
  readonly journal: Journal;
  readonly terminals: Terminals;
  readonly hello: Hello;
  readonly log: Log;
  /** Somebody came, went or asked for something. */
  readonly onActivity?: (() => void) | undefined;
}

/** The engine's door for faces: operations, events and terminals over HTTP on a socket that only the user can open. */
export interface Server {
  /** Distinct faces that are connected now. */
  faces(): number;
  /** Nobody is connected and no operation is under way. */
  idle(): boolean;
  /** Refuses new operations, waits up to `graceMs` milliseconds for those under way, ends streams and terminals, stops listening. */
  close(graceMs?: number): Promise<void>;
}

const maxBody = 4 * 1024 * 1024;
/** Milliseconds that ended streams have to reach their readers. */
const flushMs = 300;

export async function startServer(parts: ServerParts): Promise<Server> {
  await prepareSocketFolder(parts.socketPath);
  const server = new HttpServer(parts);
  await server.listen();
  return server;
}

const eventsQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  session: z.string().max(64).optional(),
});

class HttpServer implements Server {
  readonly #parts: ServerParts;
  readonly #app: FastifyInstance;
  readonly #faces: Faces;
  readonly #running: RunningOperations;
  readonly #streams = new Set<EventStream>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#faces = new Faces(() => parts.onActivity?.());
    this.#running = new RunningOperations(parts.operations);
    this.#app = fastify({
      bodyLimit: maxBody,
      keepAliveTimeout: 60_000,
      routerOptions: { maxParamLength: 200 },
      // A path that is no path never gets as far as the routes.
      frameworkErrors: (_error, _request, reply) => void answerError(reply, toErrorBody(unknownPath()), 400),
    });
    this.#app.server.on('connection', (socket) => {
      this.#faces.connected(socket);
    });
  }

  async listen(): Promise<void> {
    const app = this.#app;
    await app.register(websocketPlugin, websocketOptions);
    app.removeContentTypeParser('text/plain');
    app.setErrorHandler((error: FastifyError, _request, reply) => this.#fail(reply, error));
    app.setNotFoundHandler((_request, reply) => answerError(reply, toErrorBody(unknownPath())));
    app.addHook('onRequest', (request, reply) => this.#onRequest(request, reply));
    this.#addRoutes();
    await app.listen({ path: this.#parts.socketPath });
    await chmod(this.#parts.socketPath, 0o600);
  }

  faces(): number {
    return this.#faces.count;
  }

  idle(): boolean {
    return this.#faces.connections === 0 && this.#running.count === 0;
  }

  async close(graceMs = 10_000): Promise<void> {
    await this.#running.close(graceMs);
    for (const stream of this.#streams) stream.close();
    const cut = setTimeout(() => {
      this.#app.server.closeAllConnections();
      for (const socket of this.#app.websocketServer.clients) socket.terminate();
    }, flushMs);
    await this.#app.close();
    clearTimeout(cut);
  }

  #addRoutes(): void {
    this.#app.get('/v1/hello', () => {
      this.#running.refuseWhenClosing();
      return this.#parts.hello;
    });
    this.#app.post<{ Params: { name: string } }>('/v1/operations/:name', (request, reply) =>
      this.#runOperation(request, reply),
    );
    this.#app.get('/v1/events', (request, reply) => this.#streamEvents(request, reply));
    this.#app.get<{ Params: { id: string } }>('/v1/terminals/:id', { websocket: true }, (socket, request) =>
      joinTerminal(socket, request.params.id, this.#parts),
    );
  }

  /** Web pages can't open a Unix socket; should a proxy ever stand in between, their requests are refused all the same. */
  #onRequest(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const face = request.headers['x-flotilla-face'];
    this.#faces.named(request.socket, typeof face === 'string' ? face : undefined);
    if (request.headers.origin === undefined) return Promise.resolve();
    const refusal = new FlotillaError('invalid-input', 'Requests of web pages are refused.');
    return Promise.resolve(answerError(reply, toErrorBody(refusal), 403));
  }

  async #runOperation(request: FastifyRequest<{ Params: { name: string } }>, reply: FastifyReply): Promise<unknown> {
    const header = request.headers['x-flotilla-actor'];
    const actor = typeof header === 'string' ? parseJson(actorSchema, header) : undefined;
    if (actor === undefined)
      throw new FlotillaError('invalid-input', 'The header x-flotilla-actor must name who asks: {"face","user"}.');
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const output = await this.#running.run(
      { name: request.params.name, input: request.body ?? {}, actor },
      gone.signal,
    );
    this.#parts.onActivity?.();
    return reply.send(output);
  }

  #streamEvents(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const query = eventsQuery.safeParse(request.query);
    if (!query.success) throw new FlotillaError('invalid-input', 'events: after must be a number, session an id.');
    const { after, session } = query.data;
    const { journal } = this.#parts;
    if (after > journal.lastSeq() || (after > 0 && after < journal.firstSeq() - 1))
      return answerError(reply, toErrorBody(eventsGone(after)), 410);
    void reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.flushHeaders();
    const stream = new EventStream(journal, reply.raw, { after, sessionId: session });
    this.#streams.add(stream);
    reply.raw.once('close', () => this.#streams.delete(stream));
    return reply;
  }

  #fail(reply: FastifyReply, error: FastifyError): FastifyReply {
    if (error.statusCode !== undefined && error.statusCode < 500)
      return answerError(reply, toErrorBody(new FlotillaError('invalid-input', error.message)), error.statusCode);
    const body = toErrorBody(error);
    if (body.kind === 'internal') this.#parts.log.error('An operation failed', { error });
    return answerError(reply, body);
  }
}

const answerError = (reply: FastifyReply, error: ErrorBody, status = errorStatus(error)): FastifyReply =>
  reply.code(status).send({ error });

const unknownPath = (): FlotillaError =>
  new FlotillaError('unknown-operation', 'This engine has nothing at that path. It may be older than what asks it.');

const eventsGone = (after: number): FlotillaError =>
  new FlotillaError(
    'not-in-this-state',
    `The events after ${after} are not kept: read the sessions anew, then the events after their number.`,
  );
