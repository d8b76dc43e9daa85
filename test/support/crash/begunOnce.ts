import assert from 'node:assert/strict';
import type { Session } from '../../../src/protocol/session.ts';
import type { CrashBed } from './crashBed.ts';

/**
 * Whatever happened, Claude was told this once: in the one conversation that there is, as the API was asked, and in the session's timeline.
 */
export async function begunOnce(bed: CrashBed, session: Session, text: string): Promise<void> {
  const transcripts = await bed.inside(session, 'ls /flotilla/claude/projects/*/*.jsonl');
  assert.equal(transcripts.split('\n').length, 1, `several conversations:\n${transcripts}`);
  // What Claude is told about where it works names the session.
  const own = bed.flotilla.api.requests.filter(
    ({ body, side }) => side === false && body.includes(`Session: ${session.id}.`),
  );
  const asked = own.filter(({ prompt }) => prompt?.includes(text));
  assert.deepEqual([...new Set(asked.map(({ conversation }) => conversation))], [session.claudeSessionId]);
  const { entries } = await bed.call('session.logs', { session: session.id, after: 0, limit: 1000 });
  const told = entries.filter(({ entry }) => entry.kind === 'timeline' && entry.timeline.kind === 'prompt');
  const texts = told.map(({ entry }) => (entry.kind === 'timeline' ? entry.timeline.text : ''));
  assert.equal(texts.filter((one) => one === text).length, 1, `told so often: ${JSON.stringify(texts)}`);
}
