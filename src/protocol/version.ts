/**
 * The version of what faces and engine say to each other. A face that speaks a newer one asks an older engine to step aside;
 * a face that speaks an older one is told to update. Raised when a message changes in a way the other side can't read.
 */
export const protocolVersion = 1;

/** What the engine answers first, at `GET /v1/hello`. */
export interface Hello {
  readonly name: 'flotilla';
  readonly version: string;
  readonly protocol: number;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
}
