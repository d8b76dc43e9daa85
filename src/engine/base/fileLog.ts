import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { destination, pino, stdSerializers } from 'pino';
import type { Closable } from './lifecycle.ts';
import type { Log, LogFields } from './log.ts';
import type { Redactor } from './redactor.ts';

export interface FileLogOptions {
  readonly file: string;
  readonly redactor: Redactor;
  /** The least important level that is written; `info` when absent. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | undefined;
  /** Bytes at which a file is put aside; 10 MB when absent. */
  readonly maxBytes?: number | undefined;
  /** Files that are kept: the one being written and those put aside (`.1` is the youngest); 5 when absent. */
  readonly files?: number | undefined;
}

/** A line longer than this, in characters, is cut: a log must not be filled by one thing that went wrong. */
const maxLine = 64 * 1024;

/**
 * The engine's log: one JSON object per line, in a file that only the user can read. Each line passes the redactor as a whole
 * just before it is written, so no field, message or stack can carry a known secret. Written at once: a crash loses no line.
 */
export function openFileLog(options: FileLogOptions): Log & Closable {
  const file = new RotatingFile(options.file, options.maxBytes ?? 10_000_000, options.files ?? 5);
  const write = (line: string): void => {
    file.write(bounded(line, options.redactor));
  };
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: (error: unknown) => (error instanceof Error ? stdSerializers.errWithCause(error) : error) },
    },
    { write },
  );
  return Object.assign(new PinoLog(logger), { close: () => file.close() });
}

class PinoLog implements Log {
  readonly #logger: pino.Logger;

  constructor(logger: pino.Logger) {
    this.#logger = logger;
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#logger.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#logger.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#logger.warn(fields, message);
  }

  error(message: string, fields: LogFields & { error?: unknown } = {}): void {
    this.#logger.error(fields, message);
  }

  with(fields: LogFields): Log {
    return new PinoLog(this.#logger.child(fields));
  }
}

function bounded(line: string, redactor: Redactor): string {
  if (line.length <= maxLine) return redactor.redact(line);
  // Redacted well beyond what is kept, so that no secret is cut in half and then not known.
  const start = redactor.redact(line.slice(0, maxLine)).slice(0, 4096);
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, msg: 'A long line was cut', length: line.length, start })}\n`;
}

/** Appends to a file and puts it aside when it is full. */
class RotatingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #files: number;
  #stream: ReturnType<typeof destination>;
  #size: number;

  constructor(path: string, maxBytes: number, files: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#files = files;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#stream = this.#open();
    this.#size = statSync(path).size;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#size > 0 && this.#size + bytes > this.#maxBytes) this.#rotate();
    this.#size += bytes;
    this.#stream.write(line);
  }

  close(): void {
    this.#stream.end();
  }

  #open(): ReturnType<typeof destination> {
    closeSync(openSync(this.#path, 'a', 0o600));
    const stream = destination({ dest: this.#path, sync: true });
    // A full disk must not bring the engine down because it can't say so.
    stream.on('error', () => undefined);
    return stream;
  }

  #rotate(): void {
    this.#stream.end();
    for (let number = this.#files - 1; number > 0; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (existsSync(from)) renameSync(from, `${this.#path}.${number}`);
    }
    this.#stream = this.#open();
    this.#size = 0;
  }
}
