import * as z from 'zod';

/**
 * The terminal's WebSocket, `GET /v1/terminals/<session id>`. Binary frames are terminal bytes (engine to viewer: output; viewer to
 * engine: input). Text frames are JSON, one of the messages below.
 */
export const sizeSchema = z.strictObject({
  cols: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(1000),
});
export type TerminalSize = z.infer<typeof sizeSchema>;

/**
 * A shell of one viewer's own in a session's environment is a terminal as well, under the session's id, "~" and an id that the viewer makes
 * up (`[a-z0-9]{8,32}`). It begins with the first viewer and ends soon after the last.
 */
export const shellTerminalId = (sessionId: string, shell: string): string => `${sessionId}~${shell}`;

/** The session of a shell's terminal id; `undefined` when it is none. */
export const sessionOfShell = (terminalId: string): string | undefined =>
  /^([a-z0-9]{8})~[a-z0-9]{8,32}$/.exec(terminalId)?.[1];

/** What a viewer may say. */
export const viewerMessageSchema = z.discriminatedUnion('type', [
  /** This viewer has the focus and this size: from now on it owns the terminal's size. */
  z.strictObject({ type: z.literal('focus'), size: sizeSchema }),
  /** The viewer's own size changed; takes effect only while it owns the size. */
  z.strictObject({ type: z.literal('resize'), size: sizeSchema }),
  /** So many output bytes have been taken in, for flow control. */
  z.strictObject({ type: z.literal('ack'), bytes: z.number().int().nonnegative() }),
]);
export type ViewerMessage = z.infer<typeof viewerMessageSchema>;

/** What the engine says to a viewer. The first is always `snapshot`; the next binary frame is that snapshot's bytes. */
export const terminalMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), size: sizeSchema, bytes: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('size'), size: sizeSchema }),
  z.strictObject({ type: z.literal('ended'), message: z.string() }),
]);
export type TerminalMessage = z.infer<typeof terminalMessageSchema>;

/** Unacknowledged output bytes at which the engine pauses a viewer, and at which it goes on. */
export const flowControl = { pauseAt: 512 * 1024, resumeAt: 128 * 1024 } as const;
