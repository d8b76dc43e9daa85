import type { Store } from '../store/store.ts';
import type { Hello } from '../../protocol/version.ts';
import { doctor, type DoctorParts } from './doctor.ts';
import type { OperationHandlers } from './context.ts';

type SystemHandlers = Omit<
  OperationHandlers,
  Extract<keyof OperationHandlers, `${'session' | 'orphan' | 'file' | 'checkpoint' | 'landing' | 'forecast'}.${string}`>
>;

export interface SystemParts extends DoctorParts {
  readonly store: Store;
  readonly hello: Hello;
  readonly dataFolder: string;
  readonly logFile: string;
  /** Faces that are connected now. */
  readonly faces: () => number;
  /** Asks the engine to leave once what runs is finished. */
  readonly leave: (why: string) => void;
}

/** What may be asked of the engine itself. */
export function systemOperations(parts: SystemParts): SystemHandlers {
  const { store, credentials } = parts;
  return {
    'repository.list': () => Promise.resolve({ repositories: repositories(store) }),
    'credentials.set': (input) => {
      credentials.set(input);
      return Promise.resolve({ kind: input.credential.kind });
    },
    'credentials.clear': () => {
      credentials.clear();
      return Promise.resolve({});
    },
    'system.info': () => Promise.resolve(info(parts)),
    'system.doctor': async (_input, { signal }) => ({ checks: await doctor(parts, signal) }),
    'engine.stop': ({ why }) => {
      parts.leave(why);
      return Promise.resolve({});
    },
  };
}

function repositories(store: Store): Awaited<ReturnType<SystemHandlers['repository.list']>>['repositories'] {
  const sessions = store.sessions.list();
  return store.repositories
    .list()
    .map((known) => ({ ...known, sessions: sessions.filter(({ repository }) => repository.id === known.id).length }));
}

function info({
  store,
  credentials,
  hello,
  dataFolder,
  logFile,
  faces,
}: SystemParts): Awaited<ReturnType<SystemHandlers['system.info']>> {
  const counts: Record<string, number> = {};
  for (const { state } of store.sessions.list()) counts[state] = (counts[state] ?? 0) + 1;
  return {
    version: hello.version,
    protocol: hello.protocol,
    pid: hello.pid,
    startedAt: hello.startedAt,
    dataFolder,
    logFile,
    sessions: counts,
    faces: faces(),
    credentials: credentials.kind,
    upstream: credentials.upstream,
    memoryBytes: process.memoryUsage.rss(),
    seq: store.journal.lastSeq(),
  };
}
