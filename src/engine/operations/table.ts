import type { z } from 'zod';
import { isOperationName, type OperationName, operations } from '../../protocol/operations.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { OperationContext, OperationHandlers, Operations } from './context.ts';

/** The door to every operation: input checked, handler run, output checked against the table. */
export class OperationTable implements Operations {
  readonly #handlers: OperationHandlers;
  readonly #log: Log;
  readonly #ready: Promise<unknown>;
  #running = 0;

  /** What changes something waits for `ready`: until then the engine doesn't know yet what goes on in its environments. */
  constructor(handlers: OperationHandlers, ready: Promise<unknown>, log: Log) {
    this.#handlers = handlers;
    this.#ready = ready;
    this.#log = log;
  }

  /** Operations that are under way. */
  get running(): number {
    return this.#running;
  }

  async run(name: string, input: unknown, context: OperationContext): Promise<unknown> {
    if (!isOperationName(name))
      throw new FlotillaError(
        'unknown-operation',
        `There is no operation named ${JSON.stringify(name.slice(0, 80))}. This engine may be older than what asks it.`,
      );
    const started = performance.now();
    this.#running++;
    try {
      return await this.#runNamed(name, input, context);
    } finally {
      this.#running--;
      const ms = Math.round(performance.now() - started);
      this.#log.debug('operation', { operation: name, ms, face: context.actor.face });
    }
  }

  async #runNamed(name: OperationName, input: unknown, context: OperationContext): Promise<unknown> {
    const definition = operations[name];
    const parsed = definition.input.safeParse(input ?? {});
    if (!parsed.success) throw invalid(name, parsed.error);
    // The table pairs each name with its own schema and handler, which TypeScript can't follow through a union of names.
    const handler = this.#handlers[name] as (input: unknown, context: OperationContext) => Promise<unknown>;
    if (definition.effect !== 'read' && /^(?:session|orphan|landing)\./.test(name)) await this.#ready;
    const output = await handler(parsed.data, context);
    return definition.output.parse(output);
  }
}

/** A sentence that names the field, without repeating what was in it: it may be a secret. */
function invalid(name: OperationName, error: z.ZodError): FlotillaError {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the input' : issue.path.map(fieldName).join('.');
  const what = issue?.code === 'unrecognized_keys' ? unknownField(issue.keys[0]) : (issue?.message ?? 'wrong shape');
  return new FlotillaError('invalid-input', `${name}: ${where} is not valid: ${what}.`);
}

const unknownField = (key: string | undefined): string => `there is no field named ${fieldName(key ?? '')}`;

/** Whoever asks may have put anything in the place of a field's name. */
const fieldName = (key: PropertyKey): string => (/^[\w-]{1,40}$/.test(String(key)) ? String(key) : 'so');
