import type { LandingRoom } from '../landing/room.ts';
import type { OperationHandlers } from './context.ts';

type LandingHandlers = Pick<
  OperationHandlers,
  Extract<keyof OperationHandlers, `landing.${string}` | `forecast.${string}`>
>;

/** What may be asked of landings. Each line only names who answers. */
export function landingOperations({ landings, forecasts }: LandingRoom): LandingHandlers {
  return {
    'landing.plan': async (input, { signal }) => ({ plan: await landings.plan(input, signal) }),
    'landing.status': ({ session }) => Promise.resolve(landings.status(session)),
    'landing.rebase': async (input, { actor, signal }) => ({ landing: await landings.rebase(input, actor, signal) }),
    'landing.resolve': async (input, { actor, signal }) => ({ landing: await landings.resolve(input, actor, signal) }),
    'landing.conflict': ({ session, path }, { signal }) => landings.conflict(session, path, signal),
    'landing.continue': async (input, { actor, signal }) => ({ landing: await landings.goOn(input, actor, signal) }),
    'landing.abort': async ({ session }, { actor }) => ({ landing: await landings.abort(session, actor) }),
    'landing.verify': async (input, { actor }) => ({ landing: await landings.verify(input, actor) }),
    'landing.push': async (input, { actor, signal }) => ({ landing: await landings.push(input, actor, signal) }),
    'landing.land': async (input, { actor, signal }) => ({ landing: await landings.land(input, actor, signal) }),
    'landing.undo': async (input, { actor }) => ({ landing: await landings.undo(input, actor) }),
    'forecast.get': async ({ session }, { signal }) => ({ forecasts: await forecasts.get(session, signal) }),
  };
}
