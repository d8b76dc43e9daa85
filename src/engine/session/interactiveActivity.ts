import type { Activity } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import type { ActivityRecord, HookRecord } from '../claude/activity.ts';

const kinds = { busy: 'working', waiting: 'needs-input', idle: 'idle', unknown: 'unknown' } as const;

/** What the status of Claude Code 2.1.328 calls the question whether a tool may run; it does not say which. */
const permission = 'permission prompt';

type StatusRecord = Extract<ActivityRecord, { type: 'status' }>;

/**
 * What an interactive Claude does. Its status says of what kind that is, its hooks say with what: they come by different ways, either
 * may be first.
 */
export class InteractiveActivity {
  /** The tool that was begun last in this turn, and what Claude asked for last. */
  #tool: string | undefined;
  #asked: string | undefined;
  #waitsFor: string | undefined;
  #failure: string | undefined;

  /** Why the newest turn failed, until the next one begins. */
  get failure(): string | undefined {
    return this.#failure;
  }

  forgetFailure(): void {
    this.#failure = undefined;
  }

  /** What it does by its status; `before` is what was said of it so far. */
  status({ status, waitingFor }: StatusRecord, before: Activity | undefined): Activity {
    this.#waitsFor = waitingFor;
    return this.#activity(kinds[status], before);
  }

  /** What it does by a hook; `undefined` when that says nothing new. */
  hook(record: HookRecord, before: Activity | undefined): Activity | undefined {
    this.#take(record);
    if (before === undefined) return undefined;
    const activity = this.#activity(before.kind, before);
    return activity.about === before.about ? undefined : activity;
  }

  #take({ name, about }: HookRecord): void {
    switch (name) {
      case 'PreToolUse':
      case 'PostToolUse':
        this.#tool = about;
        return;
      case 'PermissionRequest':
        this.#asked = about;
        return;
      case 'Notification':
        this.#asked ??= about;
        return;
      case 'StopFailure':
        this.#failure = about ?? 'the turn failed';
        return;
      case 'UserPromptSubmit':
        this.#tool = this.#asked = this.#failure = undefined;
        return;
    }
  }

  #activity(kind: Activity['kind'], before: Activity | undefined): Activity {
    const about = this.#about(kind);
    const since = before?.kind === kind ? before.since : now();
    return { kind, since, ...(about === undefined ? {} : { about }) };
  }

  #about(kind: Activity['kind']): string | undefined {
    if (kind === 'working') return this.#tool;
    if (kind === 'idle') return this.#failure;
    const isSaid = this.#waitsFor !== undefined && this.#waitsFor !== permission;
    return kind === 'unknown' || isSaid ? this.#waitsFor : (this.#asked ?? this.#tool ?? this.#waitsFor);
  }
}
