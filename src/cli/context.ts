import type { Readable } from 'node:stream';
import type { EngineDoor } from './engineDoor.ts';
import type { Output } from './output.ts';

/** The terminal as attaching needs it. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean | undefined;
  setRawMode?: ((isRaw: boolean) => unknown) | undefined;
}

export interface TerminalOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(data: string | Uint8Array, done?: () => void): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** What a command gets to work with. */
export interface CliContext {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly engine: EngineDoor;
  /** Calls `handle` at Ctrl-C until the returned function is called; without a handler Ctrl-C ends the command. */
  onInterrupt(handle: () => void): () => void;
}
