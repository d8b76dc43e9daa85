/** A process that tries to become the engine of the folder named by its argument, says whether it is, and holds on until its input ends. */
import { acquireLock } from '../../src/engine/store/engineLock.ts';

const lock = acquireLock(process.argv[2] ?? '');
process.stdout.write(lock === undefined ? 'other\n' : 'owner\n');
if (lock !== undefined) process.stdin.resume();
