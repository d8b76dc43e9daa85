import { isUnverifiedWanted } from './ask.ts';
import { requireLanding } from './landingSteps.ts';
import { stepCommand } from './stepCommand.ts';

export const resolveConflicts = stepCommand(
  { title: 'Resolve Conflicts with Claude', doing: 'Resolving conflicts of', action: 'resolve' },
  ({ id: session }) =>
    Promise.resolve((engine, signal) => engine.call('landing.resolve', { session, how: 'claude' }, { signal })),
);

/** Goes on; what was not verified only on an explicit yes. */
export const continueLanding = stepCommand(
  { title: 'Continue Landing', doing: 'Landing', action: 'continueLanding' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const isAgreed = landing.reason.code !== 'unverified' || (await isUnverifiedWanted(landing, more));
    if (!isAgreed) return undefined;
    const unverified = landing.reason.code === 'unverified' ? { unverified: true } : {};
    return (engine, signal) => engine.call('landing.continue', { session: session.id, ...unverified }, { signal });
  },
);
