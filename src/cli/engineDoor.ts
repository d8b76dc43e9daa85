import type { FlotillaEvent } from '../protocol/events.ts';
import type { OperationInput, OperationName, OperationOutput } from '../protocol/operations.ts';
import type { TerminalMessage, ViewerMessage } from '../protocol/terminal.ts';

/** The engine as a command sees it. */
export interface Engine {
  call<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<OperationOutput<N>>;
  /** Events after a sequence number, without end. */
  events(options: {
    readonly after: number;
    readonly sessionId?: string | undefined;
    readonly signal: AbortSignal;
  }): AsyncIterable<FlotillaEvent>;
  terminal(sessionId: string, listener: TerminalListener): Promise<TerminalLink>;
  close(): void | Promise<void>;
}

export interface TerminalListener {
  message(message: TerminalMessage): void;
  bytes(chunk: Uint8Array): void;
  /** The connection is over; with an error when neither side wanted it. */
  closed(error?: Error): void;
}

export interface TerminalLink {
  input(bytes: Uint8Array): void;
  send(message: ViewerMessage): void;
  close(): void;
}

export interface ConnectWishes {
  /** Start an engine when there is none (the default), or reject with `engine-unreachable`. */
  readonly start?: 'if-needed' | 'never' | undefined;
  /** Hand the engine the credential that the environment names, and every other engine that takes its place. The default: a session may wait for it. */
  readonly credentials?: boolean | undefined;
}

export interface EngineDoor {
  connect(wishes?: ConnectWishes): Promise<Engine>;
  /** Where the engine writes its log, whether it runs or not. */
  readonly logFile: string;
}
