import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { TimelineEntry } from '../../../src/protocol/events.ts';
import type { TimelineItem } from '../../../src/protocol/panel.ts';
import { placeOf } from '../../../src/protocol/panelTimeline.ts';
import { entryLook } from '../../../src/webview/timeline/entryLook.ts';

const at = '2026-01-01T00:00:00.000Z';
const said = (timeline: TimelineEntry): TimelineItem => ({ seq: 1, at, entry: { kind: 'timeline', timeline } });
const step = (name: string, status: 'running' | 'done' | 'failed' = 'running', detail?: string): TimelineItem => ({
  seq: 1,
  at,
  entry: {
    kind: 'step',
    progress: { step: name, title: `Making ${name}`, status, fraction: 0, ...(detail === undefined ? {} : { detail }) },
  },
});

describe('an entry of the timeline', () => {
  it('is named by its tool', () => {
    const look = entryLook(said({ kind: 'tool', subject: 'Bash', text: 'npm test' }));
    assert.deepEqual([look.label, look.text, look.isQuiet], ['Bash', 'npm test', true]);
  });

  it('shows a commit by the beginning of its number', () => {
    const look = entryLook(said({ kind: 'commit', subject: 'ab12cd34'.repeat(5), text: 'Add pears' }));
    assert.equal(look.text, 'ab12cd34 Add pears');
  });

  it('does not repeat what Claude said last as the result', () => {
    const before = said({ kind: 'text', text: 'All done. ' });
    assert.equal(entryLook(said({ kind: 'result', text: 'All done.' }), before).text, '');
    assert.equal(entryLook(said({ kind: 'result', text: 'Other' }), before).text, 'Other');
  });

  it('shows what failed as failed, with what a failed step said last', () => {
    assert.equal(entryLook(said({ kind: 'tool', text: 'x', failed: true })).icon, 'error');
    const look = entryLook(step('image', 'failed', 'no space left'));
    assert.deepEqual([look.isFailed, look.label, look.text], [true, 'Making image', 'no space left']);
  });

  it('names a state that was entered', () => {
    const look = entryLook({ seq: 1, at, entry: { kind: 'state', state: 'failed', message: 'Out of disk.' } });
    assert.deepEqual([look.label, look.text, look.isFailed], ['Failed', 'Out of disk.', true]);
  });
});

describe('the place of an entry', () => {
  const prompt = said({ kind: 'prompt', text: 'go' });

  it('is that of the same step, also when another one has begun since', () => {
    assert.equal(placeOf(step('a', 'done'), [prompt, step('a'), step('b')]), 1);
  });

  it('is the end for a new step, and for one of a later start', () => {
    assert.equal(placeOf(step('c'), [step('a'), step('b')]), undefined);
    assert.equal(placeOf(step('a'), [step('a'), prompt]), undefined);
  });

  it('is the end for everything else', () => {
    assert.equal(placeOf(prompt, [prompt, prompt]), undefined);
  });
});
