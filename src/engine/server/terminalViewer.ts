import { z } from 'zod';
import { type TerminalMessage, type ViewerMessage, viewerMessageSchema } from '../../protocol/terminal.ts';
import { isCancelled, toErrorBody } from '../base/errors.ts';
import { parseJson } from '../../protocol/json.ts';
import type { Log } from '../base/log.ts';
import type { Terminals, Viewer, ViewerHandle } from '../terminal/viewer.ts';

/** What is needed of a WebSocket. */
export interface ViewerSocket {
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

// Close codes: https://www.rfc-editor.org/rfc/rfc6455#section-7.4; 4000 and up are ours.
const closeCodes = { normal: 1000, policyViolation: 1008, refused: 4000 } as const;

/**
 * Joins one WebSocket to a session's terminal until either ends. A refused one gets an `ended` message with the sentence, then
 * close code 4000 with the error's code as reason. Settles once attached or refused.
 */
export async function joinTerminal(
  socket: ViewerSocket,
  sessionId: string,
  { terminals, log }: { terminals: Terminals; log: Log },
): Promise<void> {
  // What a viewer says before it is attached waits in its socket.
  socket.pause();
  const state = { gone: false };
  socket.on('close', () => {
    state.gone = true;
  });
  socket.on('error', (error) => {
    log.debug('A viewer failed', { sessionId, error });
  });
  try {
    const handle = await terminals.attach(sessionId, viewerOf(socket));
    socket.on('close', () => void handle.close());
    if (state.gone) await handle.close();
    socket.on('message', (data, isBinary) => {
      if (!deliver(handle, data, isBinary)) socket.close(closeCodes.policyViolation, 'not a message of a viewer');
    });
    socket.resume();
  } catch (error) {
    const { code, message, kind } = toErrorBody(error);
    if (kind === 'internal' && !isCancelled(error)) log.error('A viewer could not be attached', { sessionId, error });
    socket.send(JSON.stringify({ type: 'ended', message } satisfies TerminalMessage));
    socket.resume();
    socket.close(closeCodes.refused, code);
  }
}

function viewerOf(socket: ViewerSocket): Viewer {
  return {
    message: (message) => {
      socket.send(JSON.stringify(message));
      if (message.type === 'ended') socket.close(closeCodes.normal, 'ended');
    },
    bytes: (chunk) => {
      socket.send(chunk);
    },
  };
}

function deliver(handle: ViewerHandle, data: unknown, isBinary: boolean): boolean {
  const bytes = bytesSchema.safeParse(data);
  if (!bytes.success) return false;
  if (isBinary) {
    handle.input(bytes.data);
    return true;
  }
  const message: ViewerMessage | undefined = parseJson(viewerMessageSchema, Buffer.from(bytes.data).toString('utf8'));
  if (message !== undefined) handle.receive(message);
  return message !== undefined;
}

const bytesSchema = z.instanceof(Uint8Array);
