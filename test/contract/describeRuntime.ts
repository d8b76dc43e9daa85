import type { Context } from 'mocha';
import { noSignal } from '../support/runtimeBed.ts';
import { cancelling } from './cancelling.ts';
import { commands } from './commands.ts';
import type { ContractBed } from './contractBed.ts';
import { files } from './files.ts';
import { kills } from './kills.ts';
import { lives } from './lives.ts';
import { terminals } from './terminals.ts';
import { watching } from './watching.ts';

/** Every promise of src/engine/runtime/contract.ts as a test. A runtime is one when all of it passes, unchanged. */
export function describeRuntime(name: string, open: (context: Context) => Promise<ContractBed>): void {
  describe(`the contract of runtimes, kept by ${name}`, function () {
    this.timeout(300_000);
    let bed: ContractBed | undefined;
    const opened = (): ContractBed => {
      if (bed === undefined) throw new Error('the bed is opened before the tests begin');
      return bed;
    };
    before(async function () {
      bed = await open(this);
    });
    after(async () => {
      await bed?.close();
    });

    for (const chapter of [commands, terminals, kills, files]) chapter(opened);
    describe('environments', () => {
      afterEach(async () => {
        const { runtime } = opened();
        for (const { sessionId } of await runtime.list(noSignal)) await runtime.discard(sessionId, noSignal);
      });
      for (const chapter of [lives, watching, cancelling]) chapter(opened);
    });
  });
}
