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

/** What a connection has told last of each session's environment. */
type Told = Map<string, EnvironmentEvent['type']>;

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
        const told: Told = new Map();
        wait = 100;
        const reading = readMessages(
          stream,
          eventSchema,
          (event) => {
            this.#tell(event, told);
          },
          signal,
        );
        // The state is asked for once events come, so that nothing falls between the two.
        await Promise.all([reading, this.#tellAll(told, signal)]).finally(() => stream.destroy());
      } catch (error) {
        if (signal.aborted) return;
        this.#log.debug('docker events ended', { why: messageOf(error) });
      }
      await sleep(wait, signal);
      if (signal.aborted) return;
      wait = Math.min(wait * 2, longestWaitMs);
    }
  }

  #tell({ Action, Actor, timeNano }: z.output<typeof eventSchema>, told: Told): void {
    const { [labelKeys.session]: sessionId, [labelKeys.workspaceFolder]: isEnvironment, exitCode } = Actor.Attributes;
    if (sessionId === undefined || isEnvironment === undefined) return;
    const at = timeNano === undefined ? now() : instantOf(timeNano / 1e6);
    if (Action === 'oom') this.#emitter.emit({ type: 'out-of-memory', sessionId, at });
    else if (Action === 'start') this.#tellState({ type: 'started', sessionId, at }, told);
    else if (Action === 'destroy') this.#tellState({ type: 'removed', sessionId, at }, told);
    else this.#tellState({ type: 'stopped', sessionId, at, exitCode: numberOf(exitCode) }, told);
  }

  /** The state that was asked for may have the event in it that comes next. */
  #tellState(event: EnvironmentEvent, told: Told): void {
    if (told.get(event.sessionId) === event.type) return;
    told.set(event.sessionId, event.type);
    this.#emitter.emit(event);
  }

  async #tellAll(told: Told, signal: AbortSignal): Promise<void> {
    const at = now();
    for (const { id, state, labels } of await this.#docker.containers([`${labelKeys.scope}=${this.#scope}`], signal)) {
      const sessionId = labels[labelKeys.session];
      if (sessionId === undefined || labels[labelKeys.workspaceFolder] === undefined) continue;
      const isOver = state === 'exited' || state === 'dead';
      const exitCode = isOver ? (await this.#docker.inspect(id, signal)).exitCode : undefined;
      // An event that came meanwhile knows better.
      if (told.has(sessionId)) continue;
      if (state === 'running') this.#tellState({ type: 'started', sessionId, at }, told);
      else if (isOver) this.#tellState({ type: 'stopped', sessionId, at, exitCode }, told);
    }
  }
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
