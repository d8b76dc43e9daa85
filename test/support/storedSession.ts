import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Actor } from '../../src/protocol/actor.ts';
import { defaultLimits, noUsage, type Session } from '../../src/protocol/session.ts';
import { now } from '../../src/engine/base/clock.ts';
import { newSessionId } from '../../src/engine/base/ids.ts';

export const testActor: Actor = { face: 'cli', user: 'tester' };

/** A session that has just been made, with what a test wants to be different. */
export function aSession(changes: Partial<Session> = {}): Session {
  return {
    id: newSessionId(),
    name: 'a session',
    prompt: 'do it',
    mode: 'autonomous',
    permissionMode: 'bypassPermissions',
    repository: { id: 'repo', source: '/repo', kind: 'folder', name: 'repo' },
    branch: 'flotilla/a-session',
    base: { ref: 'main', commit: 'a'.repeat(40) },
    state: 'created',
    reason: { code: 'created', message: 'It was made.' },
    runtime: 'devcontainer',
    limits: defaultLimits,
    network: 'bridge',
    usage: noUsage,
    turns: 0,
    notices: [],
    queued: 0,
    createdAt: now(),
    updatedAt: now(),
    ...changes,
  };
}

/** A folder of the test's own, and how to remove it. It goes with the process at the latest: a suite that is filtered out has no end. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  const remove = (): void => {
    process.removeListener('exit', remove);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  return { folder, remove };
}
