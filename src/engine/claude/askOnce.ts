import { cancelled, FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { Tail } from '../base/tail.ts';
import { type Environment, type Exec, places } from '../runtime/contract.ts';
import { ByteLines } from './byteLines.ts';
import { conversationCost } from './conversationCost.ts';
import { type OnceOptions, onceCommand } from './onceCommand.ts';
import { readPaced } from './paced.ts';
import { type ClaudeEvent, type ResultEvent, StreamReader } from './streamJson.ts';

/** What a Claude that was asked once answered. All of it comes out of an environment: to be checked before it counts. */
export interface OnceAnswer {
  /** Of its own conversation: a copy when one was forked. */
  readonly claudeSessionId: string | undefined;
  /** In the shape that was asked for, as Claude says; `undefined` when it came to no answer. */
  readonly structured: unknown;
  readonly text: string;
  /** `success`, `error_max_turns`, `error_max_budget_usd` … */
  readonly subtype: string;
  readonly isError: boolean;
  /** Of this call alone, in US dollars. */
  readonly costUsd: number;
}

type Where = Pick<Environment, 'exec' | 'run'>;
type OnEvent = (event: ClaudeEvent) => void;

/** What Claude Code 2.1.328 says of a transcript that is not there, after a rebuild of the environment for example. */
const isUnknown = ({ isError, text }: OnceAnswer): boolean => isError && text.startsWith('No conversation found');

/**
 * Asks a Claude beside the session's own. It is one exec that ends with its connection, not a supervised run: without an engine it has no
 * way to the API anyway, and nobody would take its answer. It has none of our hooks and no status line, and its status file says that it
 * is no terminal's, so it is never taken for the session's Claude. Without the conversation, when that is not there any more. `onEvent`
 * hears of its progress. Rejects with `cancelled`, `environment-gone`, and `claude-failed` when there was no result or it took too long.
 */
export async function askOnce(
  environment: Where,
  options: OnceOptions,
  signal: AbortSignal,
  onEvent: OnEvent = () => undefined,
): Promise<OnceAnswer> {
  const answer = await ask(environment, options, signal, onEvent);
  if (options.conversation === undefined || !isUnknown(answer)) return answer;
  return ask(environment, { ...options, conversation: undefined }, signal, onEvent);
}

async function ask(where: Where, options: OnceOptions, signal: AbortSignal, onEvent: OnEvent): Promise<OnceAnswer> {
  const { fork, resume } = options.conversation ?? {};
  const before = await conversationCost(where, resume ?? fork, signal);
  const prompt = Buffer.from(options.prompt);
  const attended = ['sh', `${places.tools}/attend.sh`, String(prompt.length), String(options.seconds)] as const;
  const command = [...attended, ...onceCommand(options)] as const;
  const exec = await where.exec({ command, cwd: options.folder }, signal);
  const reading = new Reading(exec, onEvent);
  exec.stdin.on('error', () => undefined);
  exec.stdin.write(prompt);
  const exitCode = await reading.end;
  exec.stdin.end();
  throwIfCancelled(signal, 'Asking Claude');
  const { result, claudeSessionId } = reading;
  if (result === undefined) throw failure(exitCode, reading.errors, options);
  const { structured, text, subtype, isError, totalCostUsd } = result;
  const costUsd = Math.max(0, (totalCostUsd ?? 0) - before);
  return { claudeSessionId, structured, text, subtype, isError, costUsd };
}

/** Takes in what Claude writes until its end. */
class Reading {
  /** The exit code, once all has been read. Rejects when the environment died. */
  readonly end: Promise<number | undefined>;
  result: ResultEvent | undefined;
  claudeSessionId: string | undefined;
  readonly #errors = new Tail();
  readonly #stream = new StreamReader();
  readonly #onEvent: (event: ClaudeEvent) => void;

  constructor(exec: Exec, onEvent: (event: ClaudeEvent) => void) {
    this.#onEvent = onEvent;
    const lines = new ByteLines(0, (line) => {
      this.#line(line);
    });
    exec.stderr.on('data', (chunk: Uint8Array) => {
      this.#errors.write(chunk);
    });
    const read = readPaced(exec.stdout, (piece) => {
      lines.write(piece);
    });
    this.end = read.then(() => exec.exitCode);
    this.end.catch(() => undefined);
  }

  get errors(): string {
    return this.#errors.lines();
  }

  #line(line: string): void {
    for (const event of this.#stream.read(line)) {
      if (event.type === 'init') this.claudeSessionId = event.claudeSessionId;
      if (event.type === 'result') this.result = event;
      this.#onEvent(event);
    }
  }
}

function failure(exitCode: number | undefined, errors: string, { seconds }: OnceOptions): FlotillaError {
  if (exitCode === 75) return cancelled('Asking Claude');
  if (exitCode === 124)
    return new FlotillaError('claude-failed', `Claude came to no answer within ${seconds} seconds. Ask it again.`);
  if (exitCode === undefined)
    return new FlotillaError('environment-gone', 'The environment ended while Claude worked in it.');
  const message = `Claude ended with exit code ${exitCode} and gave no answer. Ask it again.`;
  return new FlotillaError('claude-failed', message, { detail: errors });
}
