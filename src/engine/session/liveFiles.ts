import type { FileStat } from '../../protocol/fileOperations.ts';
import { longestRead } from '../../protocol/fileOperations.ts';
import type { OperationParsedInput } from '../../protocol/operations.ts';
import { newSessionId } from '../base/ids.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { type Environment, places, type RunResult } from '../runtime/contract.ts';
import { fileFailure } from './fileFailures.ts';
import { type FileList, parseList, parseStatLine } from './fileRecords.ts';

/** Bytes of a listing that are kept: some hundred thousand names. */
const maxListing = 16 * 1024 * 1024;
/** Longest that one thing may take inside, in milliseconds: deleting a folder of dependencies takes its time. */
const timeoutMs = 300_000;

interface Call {
  readonly verb: 'stat' | 'list' | 'read' | 'write' | 'delete' | 'rename' | 'make';
  readonly args: readonly string[];
  readonly input?: Uint8Array | undefined;
  readonly maxBytes?: number | undefined;
}

/** The files of a running environment's workspace, through media/tools/files.sh. What they are is hostile; nothing of it runs here. */
export class LiveFiles {
  readonly #environment: Pick<Environment, 'workspaceFolder' | 'run'>;

  constructor(environment: Pick<Environment, 'workspaceFolder' | 'run'>) {
    this.#environment = environment;
  }

  async stat(paths: readonly string[], signal: AbortSignal): Promise<(FileStat | undefined)[]> {
    const { stdout } = await this.#run({ verb: 'stat', args: paths }, '', signal);
    const lines = stdout.toString('utf8').split('\n');
    return paths.map((_, at) => parseStatLine(lines[at] ?? '-'));
  }

  async list(path: string, signal: AbortSignal): Promise<FileList> {
    const { stdout, truncated } = await this.#run({ verb: 'list', args: [path], maxBytes: maxListing }, path, signal);
    return parseList(stdout.toString('utf8'), truncated);
  }

  async read(path: string, signal: AbortSignal): Promise<{ content: Buffer; stat: FileStat }> {
    const call = { verb: 'read', args: [path, String(longestRead)], maxBytes: longestRead + 4096 } as const;
    const { stdout } = await this.#run(call, path, signal);
    const end = stdout.indexOf('\n');
    const stat = parseStatLine(stdout.subarray(0, end).toString('utf8'));
    if (stat === undefined) throw fileFailure(-1, path);
    return { content: stdout.subarray(end + 1), stat };
  }

  /** Gives what the file is then; null after a part that is not the last. */
  async write(input: OperationParsedInput<'file.write'>, signal: AbortSignal): Promise<FileStat | null> {
    const { path, create, overwrite } = input;
    const { upload, offset, isLast } = input.part ?? { upload: newSessionId(), offset: 0, isLast: true };
    const bytes = Buffer.from(input.content, 'base64');
    const flags = [isLast, create, overwrite].map((flag) => (flag ? '1' : '0'));
    const args = [path, upload, String(offset), String(bytes.length), ...flags];
    const { stdout } = await this.#run({ verb: 'write', args, input: bytes }, path, signal);
    if (!isLast) return null;
    const stat = parseStatLine(stdout.toString('utf8').trimEnd());
    if (stat === undefined) throw fileFailure(-1, path);
    return stat;
  }

  async delete(path: string, recursive: boolean, signal: AbortSignal): Promise<void> {
    await this.#run({ verb: 'delete', args: [path, recursive ? '1' : '0'] }, path, signal);
  }

  async rename(from: string, to: string, overwrite: boolean, signal: AbortSignal): Promise<void> {
    await this.#run({ verb: 'rename', args: [from, to, overwrite ? '1' : '0'] }, `${from} → ${to}`, signal);
  }

  async makeFolder(path: string, signal: AbortSignal): Promise<void> {
    await this.#run({ verb: 'make', args: [path] }, path, signal);
  }

  async #run({ verb, args, input, maxBytes }: Call, about: string, signal: AbortSignal): Promise<RunResult> {
    const { workspaceFolder } = this.#environment;
    const command = ['sh', `${places.tools}/files.sh`, workspaceFolder, verb, ...args] as const;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const result = await this.#environment
      .run({ command, cwd: '/', input, maxBytes }, limited)
      .catch((error: unknown) => {
        if (limited.aborted && !signal.aborted) throw tookTooLong();
        throw error;
      });
    throwIfCancelled(signal);
    if (result.exitCode !== 0) throw fileFailure(result.exitCode, about, result.stderr);
    return result;
  }
}

const tookTooLong = (): FlotillaError =>
  new FlotillaError('not-in-this-state', `The session's environment did not answer for ${timeoutMs / 60_000} minutes.`);
