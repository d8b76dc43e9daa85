import type { Actor } from '../../protocol/actor.ts';
import type { Landing, LandingPlan } from '../../protocol/landing.ts';
import type { OperationOutput, OperationParsedInput } from '../../protocol/operations.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { SessionWorkings } from '../session/room.ts';

type Input<N extends `landing.${string}`> = OperationParsedInput<
  Extract<keyof typeof import('../../protocol/operations.ts').operations, N>
>;

const notYet = (): never => {
  throw new FlotillaError('not-supported', 'Landing is being built.');
};

/** What may be asked of landings. */
export class Landings implements Closable {
  constructor(workings: SessionWorkings) {
    workings.departures.on(() => Promise.resolve());
  }
  plan(_input: Input<'landing.plan'>, _signal: AbortSignal): Promise<LandingPlan> {
    return notYet();
  }
  status(_session: string): OperationOutput<'landing.status'> {
    return { actions: [] };
  }
  rebase(_input: Input<'landing.rebase'>, _actor: Actor, _signal: AbortSignal): Promise<Landing> {
    return notYet();
  }
  resolve(_input: Input<'landing.resolve'>, _actor: Actor, _signal: AbortSignal): Promise<Landing> {
    return notYet();
  }
  conflict(_session: string, _path: string, _signal: AbortSignal): Promise<OperationOutput<'landing.conflict'>> {
    return notYet();
  }
  goOn(_input: Input<'landing.continue'>, _actor: Actor): Promise<Landing> {
    return notYet();
  }
  abort(_session: string, _actor: Actor): Promise<Landing> {
    return notYet();
  }
  verify(_input: Input<'landing.verify'>, _actor: Actor): Promise<Landing> {
    return notYet();
  }
  push(_input: Input<'landing.push'>, _actor: Actor): Promise<Landing> {
    return notYet();
  }
  land(_input: Input<'landing.land'>, _actor: Actor, _signal: AbortSignal): Promise<Landing> {
    return notYet();
  }
  undo(_input: Input<'landing.undo'>, _actor: Actor): Promise<Landing> {
    return notYet();
  }
  forecasts(_session: string | undefined, _signal: AbortSignal): Promise<OperationOutput<'forecast.get'>['forecasts']> {
    return notYet();
  }
  busy(): boolean {
    return false;
  }
  reconcile(_signal: AbortSignal): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
