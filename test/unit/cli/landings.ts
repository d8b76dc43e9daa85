import type { Landing, LandingFile } from '../../../src/protocol/landing.ts';
import type { FlotillaEvent } from '../../../src/protocol/events.ts';
import type { OperationOutput } from '../../../src/protocol/operations.ts';
import { aLanding } from '../../support/storedLanding.ts';
import { event, session } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';

export const commit = (digit: string): string => digit.repeat(40);

export const file = (fields: Partial<LandingFile> = {}): LandingFile => ({
  path: 'fruit/apple.md',
  kind: 'content',
  state: 'open',
  warnings: [],
  ...fields,
});

export const stopOf = (...files: LandingFile[]): NonNullable<Landing['stop']> => ({
  commit: commit('d'),
  subject: 'Describe the apple',
  asked: false,
  files,
});

type Status = OperationOutput<'landing.status'>;
type Answers = ConstructorParameters<typeof FakeEngine>[0];

export interface LandingBed {
  readonly engine: FakeEngine;
  /** The landing becomes this, and says so. */
  become(fields: Partial<Landing>, actions?: Status['actions']): void;
  write(text: string): void;
}

/** An engine with one landing, which becomes what the test says. Every operation that sets it going answers it as it is. */
export function landingBed(first: Landing | undefined, more: Answers = {}): LandingBed {
  let now = first;
  let actions: Status['actions'] = [];
  const answer = (): { landing: Landing } => ({ landing: (now ??= aLanding()) });
  const names = ['land', 'rebase', 'resolve', 'continue', 'abort', 'verify', 'push', 'undo'] as const;
  const engine = new FakeEngine({
    'system.info': () => ({ seq: 0 }),
    'landing.status': () => ({ actions, ...(now === undefined ? {} : { landing: now }) }),
    ...Object.fromEntries(names.map((name) => [`landing.${name}`, answer])),
    ...more,
  });
  return {
    engine,
    become: (fields, next = []) => {
      now = { ...(now ?? aLanding()), ...fields };
      actions = next;
      engine.happen(updated(now));
    },
    write: (text) => {
      engine.happen(event({ type: 'landing.output', data: { text } }));
    },
  };
}

function updated({ state, step, reason, target, updatedAt }: Landing): FlotillaEvent {
  const summary = { state, step, reason, target: target.branch, openFiles: 0, updatedAt };
  return event({ type: 'session.updated', data: { changes: { ...session({ landing: summary }) } } });
}
