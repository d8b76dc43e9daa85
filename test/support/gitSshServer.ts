import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';

/** The ssh server's program; `undefined` where it is not installed. */
export const sshdFile = (): string | undefined =>
  ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));

/** What one key may do. */
export interface KeyRules {
  /** What runs instead of what is asked for; a shell command. */
  readonly command?: string | undefined;
}

/** A real sshd on loopback with keys of its own, one process for each connection, that can be cut at any moment. */
export class GitSshServer {
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #running = new Set<Promise<void>>();

  private constructor(folder: string, sshd: string) {
    this.#folder = folder;
    this.#server = createServer((socket) => {
      this.#connect(socket, sshd);
    });
  }

  /** `folder` is for keys and settings, and must be the server's own. */
  static async start(folder: string, sshd: string): Promise<GitSshServer> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Where sshd runs as root it wants this folder for its unprivileged half.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const server = new GitSshServer(folder, sshd);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.#prepare();
    return server;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(repository: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.#port}${encodeURI(repository)}`;
  }

  /** Makes a key that the server knows, and answers what `GIT_SSH_COMMAND` is to be for it. */
  key(name: string, rules: KeyRules = {}): string {
    const file = path.join(this.#folder, name);
    keygen(file);
    const forced = rules.command === undefined ? '' : `command="${rules.command.replaceAll('"', '\\"')}" `;
    writeFileSync(this.#file('authorized'), `${forced}${readFileSync(`${file}.pub`, 'utf8')}`, { flag: 'a' });
    return this.#commandFor(file);
  }

  /** A key that the server does not know. */
  stranger(): string {
    keygen(this.#file('stranger'));
    return this.#commandFor(this.#file('stranger'));
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all(this.#running);
  }

  readonly #file = (name: string): string => path.join(this.#folder, name);

  #prepare(): void {
    keygen(this.#file('host'));
    const [type = '', key = ''] = readFileSync(this.#file('host.pub'), 'utf8').split(' ');
    writeFileSync(this.#file('known'), `[127.0.0.1]:${this.#port} ${type} ${key}\n`);
    writeFileSync(this.#file('authorized'), '', { mode: 0o600 });
    const settings = [
      `HostKey "${this.#file('host')}"`,
      `AuthorizedKeysFile "${this.#file('authorized')}"`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel ERROR',
      'PidFile none',
    ];
    writeFileSync(this.#file('settings'), `${settings.join('\n')}\n`);
  }

  #commandFor(key: string): string {
    const options = [
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      'LogLevel=ERROR',
      `UserKnownHostsFile="${this.#file('known')}"`,
    ];
    const words = ['ssh', '-F', '/dev/null', '-i', key, ...options.flatMap((option) => ['-o', option])];
    return words.map((word) => `'${word}'`).join(' ');
  }

  #connect(socket: Socket, sshd: string): void {
    this.#sockets.add(socket);
    const child = spawn(sshd, ['-i', '-e', '-f', this.#file('settings')], { stdio: ['pipe', 'pipe', 'ignore'] });
    socket.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      child.stdin.destroy();
      child.stdout.destroy();
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        socket.destroy();
        resolve();
      });
    });
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
  }
}

const keygen = (file: string): void => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file], { stdio: 'ignore' });
};
