import type { LandingFile } from '../../protocol/landing.ts';
import type { OperationInput } from '../../protocol/operations.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { oneLine } from '../model/oneLine.ts';
import { requireTrust } from '../trust.ts';
import type { ConflictEditors } from './conflictEditors.ts';
import { type FollowParts, followLanding } from './followLanding.ts';
import { requireLanding, tellEnd } from './landingSteps.ts';
import { openConflictEditor } from './openConflictEditor.ts';
import { pickConflict } from './pickConflict.ts';

type How = Exclude<NonNullable<OperationInput<'landing.resolve'>['how']>, 'claude'>;

interface Settling {
  readonly title: string;
  readonly how: How;
  readonly fits?: (file: LandingFile) => boolean;
}

/** What a person decides about one file: `more` is `{path}`, or it is picked. */
const settle =
  ({ title, how, fits }: Settling) =>
  (parts: FollowParts): SessionCommand => ({
    title,
    action: 'settle',
    run: async (session, client, more) => {
      requireTrust();
      const { landing } = await requireLanding(client, session);
      const file = await pickConflict(session, landing, { title, given: more, fits });
      if (file === undefined) return undefined;
      const input = { session: session.id, path: file.path, how };
      const now = await followLanding(parts, session, {
        title: `${title}: ${oneLine(file.path, 120)}`,
        begin: (engine, signal) => engine.call('landing.resolve', input, { signal }),
        cancellable: false,
      });
      return tellEnd(session, now);
    },
  });

export const settlings = {
  accept: settle({ title: 'Accept Resolution', how: 'accept', fits: ({ state }) => state !== 'accepted' }),
  refuse: settle({ title: 'Refuse Resolution', how: 'refuse', fits: ({ state }) => state !== 'open' }),
  ours: settle({ title: "Use Target's Version", how: 'ours' }),
  theirs: settle({ title: "Use Session's Version", how: 'theirs' }),
} as const;

/** Opens a conflicted file to be resolved by hand: `more` is `{path}`, or it is picked. */
export const openConflict = (editors: ConflictEditors): SessionCommand => ({
  title: 'Open Conflict in Merge Editor',
  action: 'settle',
  run: async (session, client, more) => {
    requireTrust();
    const { landing } = await requireLanding(client, session);
    const file = await pickConflict(session, landing, { title: 'Open Conflict in Merge Editor', given: more });
    if (file === undefined) return undefined;
    const opened = await openConflictEditor({ session, landing, file, client });
    if (file.state !== 'accepted') editors.watch({ session: session.id, path: file.path }, opened.current);
    return opened.as;
  },
});
