import { PassThrough } from 'node:stream';
import type { Exec } from '../../../src/engine/runtime/contract.ts';

/** An attach stream whose other end is the test. */
export class FakeExec implements Exec {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly resizes: string[] = [];
  killed = 0;
  readonly #ended = Promise.withResolvers<number | undefined>();
  readonly exitCode = this.#ended.promise;

  resize(cols: number, rows: number): Promise<void> {
    this.resizes.push(`${cols}x${rows}`);
    return Promise.resolve();
  }

  kill(): Promise<void> {
    this.killed += 1;
    this.stdout.end();
    this.#ended.resolve(undefined);
    return Promise.resolve();
  }

  say(text: string | Uint8Array): void {
    this.stdout.write(text);
  }

  /** What was typed into the program so far. */
  typed(): string {
    const chunk = this.stdin.read() as Buffer | null;
    return chunk?.toString('latin1') ?? '';
  }
}
