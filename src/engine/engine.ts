import path from 'node:path';
import type { Hello } from '../protocol/version.ts';
import type { Closable } from './base/lifecycle.ts';
import type { Log } from './base/log.ts';
import { attachCommand } from './claude/tui.ts';
import { Credentials } from './gateway/credentials.ts';
import { Gateway } from './gateway/gateway.ts';
import { LandingRoom } from './landing/room.ts';
import type { Operations } from './operations/context.ts';
import { fileOperations } from './operations/fileOperations.ts';
import { landingOperations } from './operations/landingOperations.ts';
import { sessionOperations } from './operations/sessionOperations.ts';
import { systemOperations } from './operations/systemOperations.ts';
import { OperationTable } from './operations/table.ts';
import type { Runtime } from './runtime/contract.ts';
import { SessionRoom } from './session/room.ts';
import type { Store } from './store/store.ts';
import { ShellHub } from './terminal/shellHub.ts';
import { TerminalHub } from './terminal/terminalHub.ts';
import type { Terminals } from './terminal/viewer.ts';

export interface EngineParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly hello: Hello;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly log: Log;
  readonly faces: () => number;
  readonly leave: (why: string) => void;
  /** Hears each secret that comes in, so that the log can never show it. */
  readonly onSecret: (value: string) => void;
}

export interface Engine {
  readonly operations: Operations;
  readonly terminals: Terminals;
  /** Something runs that needs an engine. */
  busy(): boolean;
  /** Lets go of everything; sessions go on in their environments. */
  close(): Promise<void>;
}

/** Puts the rooms together. Each part gets exactly what it uses. */
export function createEngine(parts: EngineParts): Engine {
  const { runtime, log } = parts;
  const credentials = new Credentials(log);
  const hearing = credentials.onChange(() => {
    if (credentials.access !== undefined) parts.onSecret(credentials.access.secret.reveal());
  });
  const gateway = new Gateway({
    log,
    credentials,
    onUsage: (id, delta) => room.usage(id, delta),
    onTrouble: (id, trouble) => room.trouble(id, trouble),
  });
  const room: SessionRoom = new SessionRoom({
    ...parts,
    gateway,
    credentials,
    dataFolder: path.resolve(parts.dataFolder),
  });
  const terminals = terminalsOf(room, log);
  const landings = new LandingRoom(room.workings);
  const reconciling = new Reconciling(room, landings, log);
  const handlers = {
    ...sessionOperations(room.sessions, room.reports, room.orphans),
    ...fileOperations(room.files),
    ...landingOperations(landings),
    ...systemOperations({ ...parts, credentials, orphans: room.orphans }),
  };
  const table = new OperationTable(handlers, reconciling.done, log);
  const things: readonly Closable[] = [reconciling, hearing, terminals, landings, room, gateway, runtime];
  return {
    operations: table,
    terminals,
    busy: () => table.running > 0 || room.busy() || landings.busy(),
    close: async () => {
      for (const thing of things) await thing.close();
    },
  };
}

/** The terminals of sessions and of people in their environments. */
const terminalsOf = (room: SessionRoom, log: Log): ShellHub =>
  new ShellHub({
    sessions: new TerminalHub({
      open: (id, size, signal) => room.openTerminal(id, attachCommand(), size, signal),
      log,
    }),
    open: (id, size, signal) => room.openShell(id, size, signal),
    log,
  });

/** Finding again what went on without an engine, under way since the engine was put together. */
class Reconciling implements Closable {
  readonly done: Promise<void>;
  readonly #leaving = new AbortController();

  constructor(room: SessionRoom, landings: LandingRoom, log: Log) {
    const { signal } = this.#leaving;
    this.done = room
      .reconcile(signal)
      .then(() => {
        landings.reconcile();
      })
      .catch((error: unknown) => {
        log.error('reconciling failed', { error });
      });
  }

  async close(): Promise<void> {
    this.#leaving.abort();
    await this.done;
  }
}
