import { back } from '../newSession/quickInput.ts';
import { isUnverifiedWanted } from './ask.ts';
import { givenOptions } from './givenOptions.ts';
import { askPush } from './landingFields.ts';
import { requireLanding } from './landingSteps.ts';
import { stepCommand } from './stepCommand.ts';

export const pushLanding = stepCommand(
  { title: 'Push Landing', doing: 'Pushing', action: 'pushLanding' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const push = givenOptions(more)?.push ?? (await askPush(landing.options.push, false));
    if (push === undefined || push === back) return undefined;
    const isVerified = landing.verify?.outcome === 'passed' && landing.verify.commit === landing.result;
    if (!isVerified && !(await isUnverifiedWanted(landing, more, push))) return undefined;
    const unverified = isVerified ? {} : { unverified: true };
    return (engine, signal) => engine.call('landing.push', { session: session.id, push, ...unverified }, { signal });
  },
);
