import type { Landing } from '../../protocol/landing.ts';
import { back } from '../newSession/quickInput.ts';
import { isUnverifiedWanted } from './ask.ts';
import { givenOptions } from './givenOptions.ts';
import { askPush } from './landingFields.ts';
import { requireLanding } from './landingSteps.ts';
import { stepCommand } from './stepCommand.ts';

const isVerifiedAsItIs = ({ verify, result }: Landing): boolean =>
  verify?.outcome === 'passed' && verify.commit === result;

export const pushLanding = stepCommand(
  { title: 'Push Landing', doing: 'Pushing', action: 'pushLanding' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const push = givenOptions(more)?.push ?? (await askPush(landing.options.push, false));
    if (push === undefined || push === back) return undefined;
    const isVerified = isVerifiedAsItIs(landing);
    if (!isVerified && !(await isUnverifiedWanted(landing, more, push))) return undefined;
    const unverified = isVerified ? {} : { unverified: true };
    return (engine, signal) => engine.call('landing.push', { session: session.id, push, ...unverified }, { signal });
  },
);
