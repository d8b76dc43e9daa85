import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** What is asked: the refs for a fetch or a push, or the fetch or push itself. */
export type Asked = 'fetch-refs' | 'push-refs' | 'fetch' | 'push';

/**
 * What a request gets. `cut-before`: the line breaks before anything of the body arrived; `cut-half`: in the middle of it; `cut-after`: when all
 * was done but nothing answered; `cut-early`: when all has arrived, while the server is still at work.
 */
export type Answer = 'serve' | 'cut-before' | 'cut-half' | 'cut-early' | 'cut-after' | number;

const kinds: Readonly<Record<string, Asked>> = {
  'GET git-upload-pack': 'fetch-refs',
  'GET git-receive-pack': 'push-refs',
  'POST git-upload-pack': 'fetch',
  'POST git-receive-pack': 'push',
};

/** Repositories of a folder over http on loopback, served by git's own http-backend. */
export class GitHttpServer {
  readonly #root: string;
  readonly #server: Server;
  readonly #running = new Set<Promise<unknown>>();
  /** Who may push and fetch, as `name:password`; everybody when absent. */
  user: string | undefined;
  /** Decides on each request; may also do something before it is served. */
  answer: (asked: Asked) => Answer | Promise<Answer> = () => 'serve';
  /** Everything that was asked for, in order. */
  readonly asked: Asked[] = [];

  private constructor(root: string) {
    this.#root = root;
    this.#server = createServer((request, response) => {
      const serving = this.#serve(request, response).catch(() => request.destroy());
      this.#running.add(serving);
      void serving.finally(() => this.#running.delete(serving));
    });
  }

  static async start(root: string): Promise<GitHttpServer> {
    const server = new GitHttpServer(root);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** The URL of a repository in the folder; `user` goes in front of the host. */
  url(name: string, user?: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://${user === undefined ? '' : `${user}@`}127.0.0.1:${port}/${name}`;
  }

  /** Settles when all that was asked for is done, and every git has ended that was started for it, also those whose connection was cut. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.idle();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (!this.#known(request)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const asked = kinds[`${request.method ?? ''} ${searchParams.get('service') ?? path.posix.basename(pathname)}`];
    if (asked === undefined) {
      response.writeHead(404).end();
      return;
    }
    this.asked.push(asked);
    const answer = await this.answer(asked);
    if (typeof answer === 'number') {
      request.resume();
      response.writeHead(answer, { 'Content-Type': 'text/plain' }).end('no');
      return;
    }
    await this.#answer(answer, request, response);
  }

  #known({ headers }: IncomingMessage): boolean {
    const wanted = this.user;
    return wanted === undefined || headers.authorization === `Basic ${Buffer.from(wanted).toString('base64')}`;
  }

  async #answer(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (answer === 'cut-before') {
      request.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const half = answer === 'cut-half' ? body.subarray(0, body.length / 2) : body;
    const done = this.#backend(request, half);
    if (answer === 'cut-early') request.socket.destroy();
    const said = await done;
    if (answer === 'serve') send(response, said);
    else request.socket.destroy();
  }

  #backend(request: IncomingMessage, body: Buffer): Promise<Buffer> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://x');
    const { headers } = request;
    const env: Record<string, string | undefined> = {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: this.#root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'somebody',
      REMOTE_ADDR: '127.0.0.1',
    };
    return run(env, body);
  }
}

const backend = path.join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');

function run(env: NodeJS.ProcessEnv, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(backend, [], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.once('error', reject);
    child.once('close', () => {
      resolve(Buffer.concat(chunks));
    });
    child.stdin.end(body);
  });
}

/** What a CGI program writes: headers, an empty line, the body. */
function send(response: ServerResponse, said: Buffer): void {
  const end = said.indexOf('\r\n\r\n');
  const lines = said.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const status = headers.find(([name]) => name === 'Status')?.[1];
  response.statusCode = status === undefined ? 200 : Number.parseInt(status, 10);
  for (const [name, value] of headers) if (name !== 'Status' && name !== '') response.setHeader(name, value);
  response.end(said.subarray(end + 4));
}
