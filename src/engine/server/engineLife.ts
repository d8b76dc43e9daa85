import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Actor } from '../../protocol/actor.ts';
import { type Hello, protocolVersion } from '../../protocol/version.ts';
import { now } from '../base/clock.ts';
import { FlotillaError, messageOf } from '../base/errors.ts';
import { openFileLog } from '../base/fileLog.ts';
import { Closables } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import { Redactor } from '../base/redactor.ts';
import type { Operations } from '../operations/context.ts';
import { acquireLock } from '../store/engineLock.ts';
import { Store } from '../store/store.ts';
import type { Terminals } from '../terminal/viewer.ts';
import type { EngineFolders } from './engineArguments.ts';
import { type Ending, endings } from './endings.ts';
import { type Server, startServer } from './server.ts';

/** What the engine is built from. */
export interface EngineParts {
  readonly folders: EngineFolders;
  readonly store: Store;
  readonly log: Log;
  readonly logFile: string;
  /** Register every secret here: the log lets none through. */
  readonly redactor: Redactor;
  readonly hello: Hello;
  /** Faces that are connected now. */
  faces(): number;
  /** Asks the engine to finish its operations and leave. Answers at once. */
  stop(why: string): void;
}

export interface BuiltEngine {
  readonly operations: Operations;
  readonly terminals: Terminals;
  /** Something runs that needs the engine, connected faces or not. */
  busy(): boolean;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly folders: EngineFolders;
  readonly version: string;
  readonly build: (parts: EngineParts) => Promise<BuiltEngine>;
  /** Milliseconds without anybody connected and anything running after which the engine leaves; 10 minutes when absent. */
  readonly idleMs?: number | undefined;
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | undefined;
}

export const exitCodes = { ok: 0, failed: 70, misconfigured: 78 } as const;

const engineActor: Actor = { face: 'engine', user: 'engine' };
const hourMs = 3_600_000;

/**
 * The life of the engine, from the lock to the last line of the log. Settles with the exit code, 0 at once and in silence when
 * another engine holds the lock. What is left open then is nothing: the caller exits.
 */
export async function runEngine(options: EngineOptions): Promise<number> {
  const redactor = new Redactor();
  const things = new Closables();
  let code: number;
  try {
    const lock = acquireLock(options.folders.data);
    if (lock === undefined) return exitCodes.ok;
    things.add(lock);
    code = await withLog(options, redactor, things);
  } catch (error) {
    code = failed(error, redactor);
  }
  return things.close().then(
    () => code,
    (error: unknown) => failed(error, redactor),
  );
}

/** Whoever started the engine reads this from `engine.out`. */
function failed(error: unknown, redactor: Redactor): number {
  process.stderr.write(`${redactor.redact(messageOf(error))}\n`);
  return error instanceof FlotillaError ? exitCodes.misconfigured : exitCodes.failed;
}

async function withLog(options: EngineOptions, redactor: Redactor, things: Closables): Promise<number> {
  const logFile = path.join(options.folders.log, 'engine.log');
  const log = things.add(openFileLog({ file: logFile, redactor, level: options.logLevel }));
  try {
    return await live(options, { log, logFile, redactor, things });
  } catch (error) {
    log.error('The engine failed', { error });
    throw error;
  }
}

interface Basis {
  readonly log: ReturnType<typeof openFileLog>;
  readonly logFile: string;
  readonly redactor: Redactor;
  readonly things: Closables;
}

async function live(options: EngineOptions, { log, logFile, redactor, things }: Basis): Promise<number> {
  const { folders, version } = options;
  const ending = things.add(endings(log));
  const { store } = Store.open(path.join(folders.data, 'flotilla.db'), log);
  things.add(store);
  const hello: Hello = { name: 'flotilla', version, protocol: protocolVersion, pid: process.pid, startedAt: now() };
  const state: { server?: Server } = {};
  const parts: EngineParts = {
    ...{ folders, store, log, logFile, redactor, hello },
    faces: () => state.server?.faces() ?? 0,
    stop: (why) => {
      ending.begin(why, exitCodes.ok);
    },
  };
  const built = things.add(await options.build(parts));
  store.journal.append(engineActor, undefined, { type: 'engine.started', data: { version } });
  const socketPath = path.join(folders.run, 'engine.sock');
  const { operations, terminals } = built;
  const server = await startServer({ socketPath, operations, journal: store.journal, terminals, hello, log });
  state.server = server;
  things.add(server);
  log.info('The engine runs', { version, data: folders.data });
  const watch = watchIdle({ options, ending, built, server, socketPath });
  const trimming = setInterval(() => trimJournal(store, log), hourMs);
  const { why, code } = await ending.begun;
  clearInterval(watch);
  clearInterval(trimming);
  log.info('The engine leaves', { why });
  store.journal.append(engineActor, undefined, { type: 'engine.stopping', data: { why } });
  return code;
}

/** A disk that is full now must not end the engine: the next hour tries again. */
function trimJournal(store: Store, log: Log): void {
  try {
    store.journal.trim();
  } catch (error) {
    log.warn('The journal could not be trimmed', { error: messageOf(error) });
  }
}

interface Watched {
  readonly options: EngineOptions;
  readonly ending: Ending;
  readonly built: BuiltEngine;
  readonly server: Server;
  readonly socketPath: string;
}

/** Leaves when nobody needs the engine any more, and when nobody can reach it: its socket was deleted. */
function watchIdle({ options, ending, built, server, socketPath }: Watched): NodeJS.Timeout {
  const idleMs = options.idleMs ?? 600_000;
  let needed = performance.now();
  const look = (): void => {
    if (!server.idle() || built.busy()) needed = performance.now();
    if (performance.now() - needed >= idleMs) ending.begin('nobody needs it', exitCodes.ok);
    if (!existsSync(socketPath)) ending.begin('its socket is gone', exitCodes.ok);
  };
  return setInterval(look, Math.min(Math.max(idleMs / 5, 20), 10_000));
}
