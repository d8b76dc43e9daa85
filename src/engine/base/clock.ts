/** Now, as an ISO 8601 instant in UTC. */
export const now = (): string => new Date().toISOString();

/** The years that an instant can say: 0001 to 9999, in milliseconds. */
const [earliest, latest] = [-62_135_596_800_000, 253_402_300_799_999];

/** A time that somebody else told, in milliseconds since 1970, as an instant; one out of reach becomes the nearest there is. */
export const instantOf = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, earliest), latest)).toISOString();

/** Waits `ms` milliseconds; ends early, without an error, when the signal fires. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
