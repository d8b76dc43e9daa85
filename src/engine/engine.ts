import path from 'node:path';
import type { Hello } from '../protocol/version.ts';
import type { Closable } from './base/lifecycle.ts';
import type { Log } from './base/log.ts';
import { attachCommand } from './claude/tui.ts';
import { Credentials } from './gateway/credentials.ts';
import { Gateway } from './gateway/gateway.ts';
import type { Operations } from './operations/context.ts';
import { sessionOperations } from './operations/sessionOperations.ts';
import { systemOperations } from './operations/systemOperations.ts';
import { OperationTable } from './operations/table.ts';
import type { Runtime } from './runtime/contract.ts';
import { SessionRoom } from './session/room.ts';
import type { Store } from './store/store.ts';
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
  const { store, runtime, log } = parts;
  const credentials = new Credentials(log);
  const gateway = new Gateway({
    log,
    credentials,
    onUsage: (id, delta) => room.usage(id, delta),
    onTrouble: (id, trouble) => room.trouble(id, trouble),
  });
  const room: SessionRoom = new SessionRoom({
    store,
    runtime,
    gateway,
    credentials,
    dataFolder: path.resolve(parts.dataFolder),
    log,
  });
  const terminals = new TerminalHub({
    open: (id, size, signal) => room.openTerminal(id, attachCommand(), size, signal),
    log,
  });
  const leaving = new AbortController();
  const ready = room.reconcile(leaving.signal).catch((error: unknown) => {
    log.error('reconciling failed', { error });
  });
  const table = new OperationTable(
    {
      ...sessionOperations(room.sessions, room.reports, room.orphans),
      ...systemOperations({ ...parts, credentials }),
    },
    ready,
    log,
  );
  const listeners: Closable[] = [
    credentials.onChange(() => {
      if (credentials.access !== undefined) parts.onSecret(credentials.access.secret.reveal());
    }),
  ];
  return {
    operations: table,
    terminals,
    busy: () => table.running > 0 || room.busy(),
    close: async () => {
      leaving.abort();
      await ready;
      for (const listener of listeners) await listener.close();
      await terminals.close();
      await room.close();
      await gateway.close();
      await runtime.close();
    },
  };
}
