import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { parseJson } from '../../../../protocol/json.ts';
import type { SyntaxQuestion, SyntaxVerdict } from './judgeSyntax.ts';
import { languageOf } from './language.ts';

/** Longer texts are not parsed, in characters. */
const longest = 512 * 1024;
/** Milliseconds. */
const timeLimit = 10_000;

const verdictSchema = z.object({ fault: z.string().optional(), duplicates: z.array(z.string()) });

/**
 * Does a file still parse? Never a fault for what did not parse on both sides before. `undefined` when that can't be told: it is written in
 * nothing that is known here, is too long, or takes longer than ten seconds. Never rejects.
 */
export async function checkSyntax(question: SyntaxQuestion, signal: AbortSignal): Promise<SyntaxVerdict | undefined> {
  const texts = [...question.sides, question.result];
  const file = languageOf(question.path) === undefined ? undefined : workerFile();
  if (file === undefined || signal.aborted || texts.some(({ length }) => length > longest)) return undefined;
  const worker = new Worker(file, { workerData: question, resourceLimits: { maxOldGenerationSizeMb: 256 }, env: {} });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]);
  try {
    const verdict = verdictSchema.safeParse(await answerOf(worker, limit)).data;
    return verdict === undefined ? undefined : { ...verdict, fault: verdict.fault ?? strictFault(question) };
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker, limit: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const nothing = (): void => {
      resolve(undefined);
    };
    limit.addEventListener('abort', nothing, { once: true });
    worker.once('message', resolve).once('error', nothing).once('exit', nothing);
  });
}

const isJson = (text: string): boolean => parseJson(z.unknown(), text.replace(/^\ufeff/, '')) !== undefined;

/** The parser lets comments and trailing commas pass: where both sides were JSON proper, they are faults. */
function strictFault({ path: name, sides, result }: SyntaxQuestion): string | undefined {
  if (languageOf(name) !== 'json' || isJson(result) || !sides.every(isJson)) return undefined;
  return 'It is no JSON any more: there is a comma too many, or a comment.';
}

/** Beside the bundle, or the source itself. */
const workerFile = (): string | undefined =>
  ['syntaxWorker.cjs', 'syntaxWorker.ts'].map((name) => path.join(import.meta.dirname, name)).find(existsSync);
