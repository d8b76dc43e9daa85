import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { toErrorBody } from '../../../src/engine/base/errors.ts';
import type { Landing, LandingFile } from '../../../src/protocol/landing.ts';
import type { OperationOutput } from '../../../src/protocol/operations.ts';
import { LandingBook } from '../../../src/engine/landing/landingBook.ts';
import { LandingBed } from '../../support/landingBed.ts';
import { git } from '../../support/localEnvironment.ts';
import { aLanding } from '../../support/storedLanding.ts';
import { testActor } from '../../support/storedSession.ts';

type Action = Exclude<OperationOutput<'landing.status'>['actions'][number], 'send-output'>;

const { signal: within } = new AbortController();
const actions: readonly Action[] = ['rebase', 'resolve', 'continue', 'abort', 'verify', 'push', 'land', 'undo'];
/** Codes that say that something can't be asked for now. */
const refusals = ['not-in-this-state', 'landing-under-way', 'no-landing', 'conflicts-open'];

describe('what can be asked of a landing', function () {
  this.timeout(120_000);
  let bed: LandingBed;
  let id: string;
  let stands: Landing;
  const file: LandingFile = { path: 'a.txt', kind: 'content', state: 'open', warnings: [] };
  let stop: NonNullable<Landing['stop']>;
  let result: Partial<Landing>;
  let pushes: Landing['pushes'];

  before(async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const made = await bed.session('work', [{ 'a.txt': 'b\n' }]);
    id = made.id;
    const head = git(made.environment.workspaceFolder, 'rev-parse', 'HEAD');
    const target = { branch: 'main', commit: git(bed.origin, 'rev-parse', 'main') };
    const options = { ...aLanding().options, resolve: 'person', verify: 'true', unverified: true } as const;
    stands = aLanding({
      ...{ session: id, target, head, options, before: { head, base: bed.get(id).base } },
      ...{ state: 'paused', reason: { code: 'test', message: 'It waits.' } },
    });
    stop = { commit: head, subject: 'work 1', asked: true, files: [file] };
    result = { result: head, rebased: head, moved: true };
    const { branch } = bed.get(id);
    pushes = [{ mode: 'branch', remote: bed.origin, branch, commit: head, at: '2026-01-02T03:04:05.000Z' }];
    // Nothing goes on by itself here: only what is asked counts.
    await bed.room.close();
  });
  after(() => bed.close());

  const states: Record<string, () => Partial<Landing> | undefined> = {
    'there is none': () => undefined,
    'it stands at a conflict': () => ({ state: 'paused', step: 'resolve', stop }),
    'it could not rebase': () => ({ state: 'paused', step: 'rebase' }),
    'uncommitted work is in the way': () => ({ state: 'paused', step: 'move' }),
    'it is unverified': () => ({ ...result, state: 'paused', step: 'verify' }),
    'it could not be pushed': () => ({ ...result, state: 'paused', step: 'push' }),
    'its target moved': () => ({
      ...result,
      ...{ state: 'paused', step: 'push', reason: { code: 'target-moved', message: 'It moved.' } },
    }),
    'it could not be given up': () => ({
      ...{ state: 'paused', step: 'undo', stop, undo: { kind: 'abort', revertTarget: false } },
    }),
    'it could not be undone': () => ({
      ...result,
      ...{ state: 'paused', step: 'undo', pushes, undo: { kind: 'undo', revertTarget: false } },
    }),
    'it is ready': () => ({ ...result, state: 'ready', step: 'verify' }),
    'it is landed': () => ({ ...result, state: 'landed', step: 'push', pushes }),
    'it was given up': () => ({ state: 'aborted', step: 'undo' }),
    'it was undone': () => ({
      state: 'undone',
      step: 'undo',
      pushes: pushes.map((push) => ({ ...push, undone: true })),
    }),
    'it runs': () => ({ state: 'running', step: 'verify' }),
    'it is being undone': () => ({
      ...result,
      ...{ state: 'running', step: 'undo', pushes, undo: { kind: 'undo', revertTarget: false } },
    }),
  };

  const ask: Readonly<Record<Action, () => Promise<unknown>>> = {
    rebase: () => bed.landings.rebase({ session: id }, testActor, within),
    resolve: () => bed.landings.resolve({ session: id, how: 'claude' }, testActor, within),
    continue: () => bed.landings.goOn({ session: id }, testActor, within),
    abort: () => bed.landings.abort(id, testActor),
    verify: () => bed.landings.verify({ session: id }, testActor),
    push: () => bed.landings.push({ session: id }, testActor, within),
    land: () => bed.landings.land({ session: id }, testActor, within),
    undo: () => bed.landings.undo({ session: id, revertTarget: false }, testActor),
  };

  const stand = (state: Partial<Landing> | undefined): void => {
    const { store, room } = bed.rooms;
    const book = new LandingBook(store, room.workings.book);
    book.forget(id);
    if (state === undefined) return;
    book.write({ ...stands, ...state });
  };

  const answerTo = async (action: Action): Promise<string> =>
    ask[action]().then(
      () => 'accepted',
      (error: unknown) => toErrorBody(error).code,
    );

  for (const [name, state] of Object.entries(states))
    it(`is exactly what is offered when ${name}`, async () => {
      stand(state());
      const offered = bed.landings.status(id).actions;
      for (const action of actions) {
        stand(state());
        // Going on with what is ready is landing it.
        if (action === 'continue' && name === 'it is ready') continue;
        const answer = await answerTo(action);
        if (offered.includes(action)) assert.equal(answer, 'accepted', `${action} is offered`);
        else assert.ok(refusals.includes(answer), `${action} is not offered, and answered with ${answer}`);
      }
    });
});
