import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { newSessionId } from '../../src/engine/base/ids.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { Store } from '../../src/engine/store/store.ts';
import type { SessionState } from '../../src/protocol/session.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { aSession, testActor } from '../support/storedSession.ts';
import { type Row, inTurns, limitRow, ratioRow } from './measure.ts';

/** Sessions of an engine that was killed: a quarter of them at work, and none of their environments is there any more. */
const states: readonly SessionState[] = ['running', 'completed', 'stopped', 'created'];

async function fill(flotilla: Flotilla, sessions: number): Promise<void> {
  const folder = path.join(flotilla.folder, 'home/data');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { store } = Store.open(path.join(folder, 'flotilla.db'), silentLog);
  store.transaction(() => {
    for (let number = 0; number < sessions; number += 1) {
      const state = states[number % states.length] ?? 'created';
      const environment = {
        id: `gone${String(number)}`,
        image: 'gone',
        user: 'node',
        workspaceFolder: '/workspaces/gone',
      };
      const place = state === 'created' ? {} : { environment };
      const branch = `flotilla/bench-${String(number)}`;
      store.sessions.create(aSession({ id: newSessionId(), branch, state, ...place }), testActor);
    }
  });
  store.close();
}

/** From an engine's start until it may change something, which waits until every session has been looked for in Docker. */
async function readiness(baseImage: string, sessions: number): Promise<number> {
  const flotilla = await Flotilla.start({ baseImage });
  try {
    await fill(flotilla, sessions);
    const start = performance.now();
    const client = await flotilla.connect();
    // Reads are answered at once; what changes a session waits.
    await client.call('session.stop', { session: 'nobody' }).catch(() => undefined);
    const ms = performance.now() - start;
    client.close();
    return ms;
  } finally {
    // None of them has anything in Docker.
    await flotilla.run(['engine', 'stop']);
    await flotilla.forgetStore();
    await flotilla.close();
  }
}

export async function reconciling(baseImage: string, runs: number): Promise<Row> {
  const { first, second } = await inTurns(
    runs,
    () => readiness(baseImage, 200),
    () => readiness(baseImage, 0),
  );
  return ratioRow("an engine's start until 200 sessions are reconciled", first, {
    name: 'with none',
    samples: second,
  });
}

/** From an operation's call until the last of ten faces has heard its event. */
export async function fanOut(flotilla: Flotilla): Promise<Row> {
  const clients = await Promise.all(Array.from({ length: 10 }, () => flotilla.connect()));
  const [first] = clients;
  if (first === undefined) throw new Error('no face');
  const { folder: repository } = await sampleRepository(flotilla.folder, undefined, 'thicket');
  const { session } = await first.call('session.create', { repository, prompt: 'none', start: false });
  const { seq } = await first.call('session.list', {});
  const leaving = new AbortController();
  const faces = clients.map((client) => new Face(client, seq, leaving.signal));
  const samples: number[] = [];
  for (let number = 0; number < 100; number += 1) {
    const heard = Promise.all(faces.map((face) => face.next()));
    const start = performance.now();
    await first.call('session.send', { session: session.id, text: `message ${String(number)}` });
    await heard;
    samples.push(performance.now() - start);
  }
  leaving.abort();
  await first.call('session.remove', { session: session.id, discard: true });
  for (const client of clients) client.close();
  return limitRow('an event to ten faces, p50', samples, { below: 20 });
}

/** A face that listens to everything. */
class Face {
  #wake: () => void = () => undefined;

  constructor(client: EngineClient, after: number, signal: AbortSignal) {
    void this.#listen(client, after, signal);
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #listen(client: EngineClient, after: number, signal: AbortSignal): Promise<void> {
    for await (const event of client.events({ after, signal })) if (event.seq > after) this.#wake();
  }
}
