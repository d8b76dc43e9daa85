import { z } from 'zod';
import { instantOf, now, sleep } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { type Closable, Emitter, type Listener } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { EnvironmentEvent } from '../contract.ts';
import type { Docker } from './docker.ts';
import { readMessages } from './messageStream.ts';
import { labelKeys } from './sessionNames.ts';

const eventSchema = z.object({
  Action: z.enum(['oom', 'die', 'start', 'destroy']),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number().optional(),
});

const longestWaitMs = 10_000;

/**
 * One stream of Docker's events for all of an engine's containers, open while somebody listens. It reconnects by itself and then tells
 * each environment's present state. A process killed for want of memory shows here alone: its container lives on and its state
 * doesn't say.
 */
export class EventWatch {
  readonly #docker: Docker;
  readonly #scope: string;
  readonly #log: Log;
  readonly #emitter: Emitter<EnvironmentEvent>;
  #stop: AbortController | undefined;

  constructor(docker: Docker, scope: string, log: Log) {
    this.#docker = docker;
    this.#scope = scope;
    this.#log = log;
    this.#emitter = new Emitter((error) => {
      log.error('a listener of environment events failed', { error });
    });
  }

  listen(listener: Listener<EnvironmentEvent>): Closable {
    const handle = this.#emitter.on(listener);
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      void this.#follow(this.#stop.signal);
    }
    return {
      close: () => {
        void handle.close();
        if (this.#emitter.size === 0) this.close();
      },
    };
  }

  close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let wait = 100;
    for (;;) {
      try {
        const label = `${labelKeys.scope}=${this.#scope}`;
        const stream = await this.#docker.events(label, eventSchema.shape.Action.options, signal);
        wait = 100;
        const reading = readMessages(
          stream,
          eventSchema,
          (event) => {
            this.#tell(event);
          },
          signal,
        );
        // The state is asked for once events come, so that nothing falls between the two.
        await Promise.all([reading, this.#tellAll(signal)]).finally(() => stream.destroy());
      } catch (error) {
        if (signal.aborted) return;
        this.#log.debug('docker events ended', { why: messageOf(error) });
      }
      await sleep(wait, signal);
      if (signal.aborted) return;
      wait = Math.min(wait * 2, longestWaitMs);
    }
  }

  #tell({ Action, Actor, timeNano }: z.output<typeof eventSchema>): void {
    const { [labelKeys.session]: sessionId, [labelKeys.workspaceFolder]: isEnvironment, exitCode } = Actor.Attributes;
    if (sessionId === undefined || isEnvironment === undefined) return;
    const at = timeNano === undefined ? now() : instantOf(timeNano / 1e6);
    if (Action === 'oom') this.#emitter.emit({ type: 'out-of-memory', sessionId, at });
    else if (Action === 'start') this.#emitter.emit({ type: 'started', sessionId, at });
    else if (Action === 'destroy') this.#emitter.emit({ type: 'removed', sessionId, at });
    else this.#emitter.emit({ type: 'stopped', sessionId, at, exitCode: numberOf(exitCode) });
  }

  async #tellAll(signal: AbortSignal): Promise<void> {
    const at = now();
    for (const { id, state, labels } of await this.#docker.containers([`${labelKeys.scope}=${this.#scope}`], signal)) {
      const sessionId = labels[labelKeys.session];
      if (sessionId === undefined || labels[labelKeys.workspaceFolder] === undefined) continue;
      if (state === 'running') this.#emitter.emit({ type: 'started', sessionId, at });
      else if (state === 'exited' || state === 'dead') {
        const { exitCode } = await this.#docker.inspect(id, signal);
        this.#emitter.emit({ type: 'stopped', sessionId, at, exitCode });
      }
    }
  }
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
