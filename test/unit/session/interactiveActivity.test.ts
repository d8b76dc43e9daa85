import assert from 'node:assert/strict';
import type { Activity } from '../../../src/protocol/session.ts';
import type { HookRecord } from '../../../src/engine/claude/activity.ts';
import { InteractiveActivity } from '../../../src/engine/session/interactiveActivity.ts';

type Said = 'busy' | 'idle' | 'waiting' | 'unknown';

/** What a row would say after each record. */
class Row {
  readonly seen = new InteractiveActivity();
  now: Activity | undefined;

  status(status: Said, waitingFor?: string): string {
    this.now = this.seen.status({ type: 'status', status, waitingFor }, this.now);
    return this.text;
  }

  hook(name: string, about?: string): string {
    const record: HookRecord = { type: 'hook', name, about };
    this.now = this.seen.hook(record, this.now) ?? this.now;
    return this.text;
  }

  get text(): string {
    if (this.now === undefined) return '';
    const { kind, about } = this.now;
    return about === undefined ? kind : `${kind}: ${about}`;
  }
}

describe('what an interactive Claude does', () => {
  const tool = 'Bash: npm test';
  const leave = `permission for ${tool}`;
  let row: Row;
  beforeEach(() => {
    row = new Row();
  });

  it('names the tool that it is at, until that has ended', () => {
    assert.equal(row.hook('UserPromptSubmit'), '');
    assert.equal(row.status('busy'), 'working');
    assert.equal(row.hook('PreToolUse', tool), `working: ${tool}`);
    assert.equal(row.hook('PostToolUse'), 'working');
    assert.equal(row.status('idle'), 'idle');
  });

  it('names what it asks leave for, whether its status or its hook comes first', () => {
    row.status('busy');
    row.hook('PreToolUse', tool);
    row.hook('PermissionRequest', leave);
    assert.equal(row.text, `working: ${tool}`);
    assert.equal(row.status('waiting', 'permission prompt'), `needs-input: ${leave}`);

    const late = new Row();
    late.status('busy');
    assert.equal(late.status('waiting', 'permission prompt'), 'needs-input: permission prompt');
    assert.equal(late.hook('PreToolUse', tool), `needs-input: ${tool}`);
    assert.equal(late.hook('PermissionRequest', leave), `needs-input: ${leave}`);
    assert.equal(late.status('busy'), `working: ${tool}`);
  });

  it('says what else its status waits for, not what was asked before', () => {
    row.status('busy');
    row.hook('PermissionRequest', leave);
    row.status('waiting', 'permission prompt');
    assert.equal(row.status('waiting', 'dialog open'), 'needs-input: dialog open');
    assert.equal(row.hook('PermissionRequest', 'permission for Edit'), 'needs-input: dialog open');
    assert.equal(row.status('unknown'), 'unknown');
  });

  it('tells of a notification only where nothing is asked', () => {
    assert.equal(row.status('waiting'), 'needs-input');
    assert.equal(row.hook('Notification', 'Look here'), 'needs-input: Look here');
    row.hook('UserPromptSubmit');
    row.hook('PermissionRequest', leave);
    assert.equal(row.hook('Notification', 'Look here'), `needs-input: ${leave}`);
  });

  it('says why a turn failed, whether its status or its hook comes first, until the next begins', () => {
    row.status('busy');
    row.hook('StopFailure', 'The API is overloaded.');
    assert.equal(row.status('idle'), 'idle: The API is overloaded.');
    assert.equal(row.seen.failure, 'The API is overloaded.');
    row.hook('UserPromptSubmit');
    assert.equal(row.text, 'idle');
    assert.equal(row.hook('StopFailure'), 'idle: the turn failed');
    row.seen.forgetFailure();
    assert.equal(row.seen.failure, undefined);
  });

  it('keeps since when it does so, and says nothing when nothing is new', () => {
    row.status('busy');
    const since = row.now?.since;
    assert.equal(row.seen.hook({ type: 'hook', name: 'SubagentStop' }, row.now), undefined);
    row.hook('PreToolUse', tool);
    assert.equal(row.now?.since, since);
  });
});
