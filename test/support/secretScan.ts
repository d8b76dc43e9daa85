import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';
import { entriesBelow } from './entriesBelow.ts';
import { spellingsOf, type Spelling } from './secretSpellings.ts';

/** Where a secret was found, and in which spelling. */
export type Leak = string;

const maxBytes = 256 * 1024 * 1024;

async function command(file: string, args: readonly string[], input?: string): Promise<Buffer> {
  const { stdout, stderr } = await runOnHost({ file, args, input, maxBytes, timeoutMs: 120_000 });
  return Buffer.concat([stdout, Buffer.from(stderr)]);
}
const lines = (bytes: Buffer): string[] => bytes.toString('utf8').split('\n').filter(Boolean);

/** Looks for secrets in everything that a run leaves behind: processes, containers, volumes, files, git objects, outputs. */
export class SecretScan {
  readonly #spellings: readonly Spelling[];

  /** Any 20 characters of a secret's end are a leak as well: Claude Code keeps tails of keys in its configuration. */
  constructor(secrets: readonly string[]) {
    this.#spellings = secrets.flatMap(spellingsOf);
  }

  in(where: string, content: string | Uint8Array): Leak[] {
    // One byte in each character: nothing is lost, and every spelling is plain ASCII.
    const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
    return this.#spellings.flatMap(({ name, text: spelling }) =>
      text.includes(spelling) ? [`${where}: ${name}`] : [],
    );
  }

  /** Arguments and environments of every process that this user may look at, those in local containers included. */
  async processes(isAllowed: (commandLine: string) => boolean = () => false): Promise<Leak[]> {
    const found: Leak[] = [];
    for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
      const [argv, environ] = await Promise.all(
        ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '')),
      );
      const shown = (argv ?? '').replaceAll('\0', ' ').slice(0, 200);
      if (isAllowed(argv ?? '')) continue;
      found.push(
        ...this.in(`arguments of ${pid} (${shown})`, argv ?? ''),
        ...this.in(`environment of ${pid} (${shown})`, environ ?? ''),
      );
    }
    return found;
  }

  /** Every file below a folder of the host, and every object of the git repositories among them. */
  async files(folder: string, isSkipped: (file: string) => boolean = () => false): Promise<Leak[]> {
    const found: Leak[] = [];
    for (const entry of await entriesBelow(folder)) {
      const file = path.join(entry.parentPath, entry.name);
      found.push(...this.in('a name', file));
      if (entry.isFile() && !isSkipped(file)) found.push(...this.in(file, await readFile(file).catch(() => '')));
      if (entry.isDirectory() && entry.name === 'objects') found.push(...(await this.#objects(path.dirname(file))));
    }
    return found;
  }

  /** Git keeps objects compressed: they are asked for. */
  async #objects(repository: string): Promise<Leak[]> {
    const args = ['-C', repository, 'cat-file', '--batch-all-objects', '--batch', '--buffer'];
    return this.in(`objects of ${repository}`, await command('git', args));
  }

  /** A container: what Docker tells of it, its log, its processes, and the files that may have come to it since it was made. */
  async container(id: string): Promise<Leak[]> {
    const parts: Readonly<Record<string, readonly string[]>> = {
      inspect: ['inspect', id],
      log: ['logs', id],
      processes: [
        'exec',
        '--user',
        'root',
        id,
        'sh',
        '-c',
        'cat /proc/*/environ /proc/*/cmdline 2>/dev/null; ls -la /proc/*/fd 2>/dev/null',
      ],
      environment: ['exec', id, 'env'],
    };
    const found: Leak[] = [];
    for (const [name, args] of Object.entries(parts))
      found.push(...this.in(`${name} of ${id}`, await command('docker', args)));
    const changed = lines(await command('docker', ['diff', id])).map((line) => line.slice(2));
    const folders = changed.filter((file) => !changed.some((other) => file.startsWith(`${other}/`)));
    if (folders.length > 0) found.push(...(await this.#grep(['exec', '-i', '--user', 'root', id], folders)));
    return found;
  }

  /** The files of volumes, by a container of this image without a network. */
  async volumes(names: readonly string[], image: string): Promise<Leak[]> {
    const mounts = names.flatMap((name) => ['--volume', `${name}:/v/${name}:ro`]);
    return await this.#grep(['run', '--rm', '-i', '--network', 'none', '--user', 'root', ...mounts, image], ['/v']);
  }

  /** The spellings go in by standard input: on a command line they would themselves be a leak. */
  async #grep(docker: readonly string[], folders: readonly string[]): Promise<Leak[]> {
    const patterns = this.#spellings.map(({ text }) => text).join('\n');
    const args = [...docker, 'grep', '-rlaF', '-f', '-', '--', ...folders];
    const { stdout } = await runOnHost({ file: 'docker', args, input: `${patterns}\n`, timeoutMs: 120_000 });
    return lines(stdout).map((file) => `${docker.at(-1) ?? ''}: ${file}`);
  }
}
