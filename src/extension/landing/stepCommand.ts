import type { EngineClient } from '../../client/engineClient.ts';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import type { SessionAction } from '../model/actions.ts';
import { oneLine } from '../model/oneLine.ts';
import { requireTrust } from '../trust.ts';
import { type FollowParts, followLanding, type LandingWork } from './followLanding.ts';
import { tellEnd } from './landingSteps.ts';

type Begin = LandingWork['begin'];

/** How a step is begun; `undefined` when the person thought better of it. */
type Prepare = (session: Session, client: EngineClient, more: unknown) => Promise<Begin | undefined>;

interface StepWords {
  readonly title: string;
  readonly doing: string;
  readonly action: SessionAction;
  readonly cancellable?: boolean;
}

/** A command that sets a landing going and follows it until it stands still. */
export const stepCommand =
  ({ title, doing, action, cancellable }: StepWords, prepare: Prepare) =>
  (parts: FollowParts): SessionCommand => ({
    title,
    action,
    run: async (session, client, more) => {
      requireTrust();
      const begin = await prepare(session, client, more);
      if (begin === undefined) return undefined;
      const work = { title: `${doing} ${oneLine(session.name, 80)}`, begin, cancellable: cancellable ?? true };
      return tellEnd(session, await followLanding(parts, session, work));
    },
  });
