import { setTimeout as sleep } from 'node:timers/promises';
import type { Hello } from '../protocol/version.ts';
import { EngineError } from './engineError.ts';
import { type EngineHttp, ConnectionError } from './engineHttp.ts';
import { EngineProcess, type Environment } from './engineProcess.ts';
import type { Folders } from './folders.ts';
import { helloSchema, judge } from './handshake.ts';
import { parseJson } from '../protocol/json.ts';
import { checkPrivate } from './privateFolder.ts';

export interface FinderOptions {
  readonly start: 'if-needed' | 'never';
  /** The program and the arguments that start an engine; its folders are appended. */
  readonly engineEntry: readonly string[];
  /** The face's own version. */
  readonly version: string;
  readonly env: Environment;
  /** Milliseconds that a new engine may take to answer; 15 s when absent. */
  readonly startMs?: number | undefined;
}

const startMs = 15_000;
const stepAsideMs = 45_000;
const pollMs = 25;
/** After one that found another engine in its place, how long until the next is started. */
const retryStartMs = 500;

/** Finds the engine, or starts one. Asked by many at once, it looks once. */
export class EngineFinder {
  readonly #options: FinderOptions;
  readonly #place: Folders;
  readonly #http: EngineHttp;
  #search: Promise<Hello> | undefined;

  constructor(options: FinderOptions, place: Folders, http: EngineHttp) {
    this.#options = options;
    this.#place = place;
    this.#http = http;
  }

  /** An engine that answers and fits. Rejects with `engine-unreachable`, `engine-too-new` or `engine-too-old`. */
  find(): Promise<Hello> {
    this.#search ??= this.#look().finally(() => {
      this.#search = undefined;
    });
    return this.#search;
  }

  async #look(): Promise<Hello> {
    const search: Search = {
      begun: Date.now(),
      deadline: Date.now() + (this.#options.startMs ?? startMs),
      started: undefined,
      startedAt: 0,
    };
    for (;;) {
      const hello = await this.#hello();
      if (hello === 'leaving') waitLonger(search);
      else if (hello === undefined) this.#startUnlessUnderWay(search);
      else if (this.#mayStay(hello)) return hello;
      else await this.#askToStepAside(hello, search);
      if (Date.now() > search.deadline) throw unreachable('It did not answer in time.', search.started);
      await sleep(pollMs);
    }
  }

  #mayStay(hello: Hello): boolean {
    const verdict = judge(hello, this.#options.version);
    const maySpawn = this.#options.start === 'if-needed';
    if (verdict === 'too-new')
      throw EngineError.of(
        'engine-too-new',
        `The running engine (${hello.version}) is newer than this: update Flotilla here.`,
      );
    if (verdict === 'too-old' && !maySpawn)
      throw EngineError.of(
        'engine-too-old',
        `The running engine (${hello.version}) is too old: stop it, and a newer one takes its place.`,
      );
    return verdict === 'fits' || (verdict === 'older' && !maySpawn);
  }

  #startUnlessUnderWay(search: Search): void {
    if (this.#options.start === 'never') throw EngineError.of('engine-unreachable', 'The engine does not run.');
    const { started } = search;
    if (started !== undefined) {
      if (started.end === undefined) return;
      if (started.end.code !== 0) throw unreachable('It could not start.', started);
      if (Date.now() < search.startedAt + retryStartMs) return;
    }
    search.started = new EngineProcess(this.#options.engineEntry, this.#place, this.#options.env);
    search.startedAt = Date.now();
  }

  async #askToStepAside(hello: Hello, search: Search): Promise<void> {
    if (search.askedPid === hello.pid) return;
    search.askedPid = hello.pid;
    waitLonger(search);
    const body = JSON.stringify({ why: `Flotilla ${this.#options.version} takes over` });
    await this.#http.ask({ method: 'POST', path: '/v1/operations/engine.stop', body }).catch(() => undefined);
  }

  /** What the engine says of itself; `undefined` when nobody answers, or not as an engine. */
  async #hello(): Promise<Hello | 'leaving' | undefined> {
    await checkPrivate(this.#place.run);
    try {
      const { status, body } = await this.#http.ask({ method: 'GET', path: '/v1/hello', silenceMs: 3000 });
      if (status === 503) return 'leaving';
      return status === 200 ? parseJson(helloSchema, body) : undefined;
    } catch (error) {
      if (error instanceof ConnectionError) return undefined;
      throw error;
    }
  }
}

interface Search {
  readonly begun: number;
  deadline: number;
  started: EngineProcess | undefined;
  startedAt: number;
  askedPid?: number;
}

/** An engine that leaves may finish its operations first. */
const waitLonger = (search: Search): void => {
  search.deadline = search.begun + stepAsideMs;
};

function unreachable(why: string, started: EngineProcess | undefined): EngineError {
  const message = `Flotilla's engine could not be reached. ${why} Its log may say more.`;
  return EngineError.of('engine-unreachable', message, { detail: started?.output() });
}
