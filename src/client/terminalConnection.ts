import { connect } from 'node:net';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { type ErrorCode, errorCodes } from '../protocol/errors.ts';
import { type TerminalMessage, terminalMessageSchema, type ViewerMessage } from '../protocol/terminal.ts';
import { EngineError } from './engineError.ts';
import { parseJson } from '../protocol/json.ts';

export interface TerminalHandlers {
  message(message: TerminalMessage): void;
  bytes(chunk: Uint8Array): void;
  /** The connection is over; with an error when neither side wanted it. */
  closed(error?: EngineError): void;
}

/** A viewer's connection to a session's terminal. */
export interface TerminalConnection {
  input(bytes: Uint8Array): void;
  send(message: ViewerMessage): void;
  close(): void;
}

const refusedCode = 4000;
const binary = z.instanceof(Uint8Array);

/** Joins a terminal; settles with its first message. Rejects with the engine's refusal. */
export function connectTerminal(
  socketPath: string,
  sessionId: string,
  handlers: TerminalHandlers,
  headers: Readonly<Record<string, string>> = {},
): Promise<TerminalConnection> {
  // VS Code sends a host's requests through its proxy settings unless they go to a socket; the real one is made below, because a path
  // would not pass through a URL unharmed.
  const socket = new WebSocket(`ws+unix:///engine:/v1/terminals/${encodeURIComponent(sessionId)}`, {
    createConnection: () => connect(socketPath),
    headers,
    perMessageDeflate: false,
  });
  const connection = connectionOver(socket);
  return new Promise((resolve, reject) => {
    const state: State = { joined: false, lastWords: undefined };
    socket.on('message', (data, isBinary) => {
      const message = receive(data, isBinary, handlers, state.joined);
      if (message?.type === 'ended') state.lastWords = message.message;
      if (state.joined || message?.type === 'ended') return;
      state.joined = true;
      resolve(connection);
    });
    socket.on('error', (cause) => {
      state.failure = cause;
    });
    socket.on('close', (code, reason) => {
      const error = endError(code, reason.toString(), state);
      if (state.joined) handlers.closed(error);
      else reject(error ?? EngineError.of('engine-unreachable', 'The terminal ended before it began: try again.'));
    });
  });
}

function connectionOver(socket: WebSocket): TerminalConnection {
  return {
    input: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => {
      socket.close(1000);
    },
  };
}

interface State {
  joined: boolean;
  lastWords: string | undefined;
  failure?: Error;
}

/** Passes a frame on; messages that are not of the protocol are dropped. A refusal before joining is for the caller alone. */
function receive(
  data: unknown,
  isBinary: boolean,
  handlers: TerminalHandlers,
  joined: boolean,
): TerminalMessage | undefined {
  const bytes = binary.safeParse(data);
  if (!bytes.success) return undefined;
  if (isBinary) {
    handlers.bytes(bytes.data);
    return undefined;
  }
  const message = parseJson(terminalMessageSchema, Buffer.from(bytes.data).toString('utf8'));
  if (message !== undefined && (joined || message.type !== 'ended')) handlers.message(message);
  return message;
}

function endError(code: number, reason: string, state: State): EngineError | undefined {
  if (code === refusedCode)
    return EngineError.of(isErrorCode(reason) ? reason : 'internal', state.lastWords ?? 'The terminal was refused.');
  if (code === 1000 || code === 1005) return undefined;
  return EngineError.of('engine-unreachable', 'The connection to the engine broke: attach again.', {
    detail: state.failure?.message,
  });
}

const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text);
