import { parentPort, workerData } from 'node:worker_threads';
import { type SyntaxQuestion, judgeSyntax } from './judgeSyntax.ts';

// A thread of its own, with a time limit: hostile files can keep a parser busy for ever, and the engine must not wait for it.
// What it is asked comes from checkSyntax alone.
parentPort?.postMessage(judgeSyntax(workerData as SyntaxQuestion) ?? null);
