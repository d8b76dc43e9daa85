import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { parseJson } from '../../../protocol/json.ts';
import type { FlotillaError } from '../../base/errors.ts';
import { LineSplitter } from '../../base/lines.ts';
import { Tail } from '../../base/tail.ts';
import { failureOf } from './failures.ts';

const resultSchema = z.union([
  z.object({ outcome: z.literal('success'), containerId: z.string().min(1) }),
  z.object({ outcome: z.literal('error'), message: z.string(), description: z.string().optional() }),
]);
export type UpResult = z.output<typeof resultSchema>;

/** Characters of a text that are looked at: taking colours out of a long one can take long. */
const longestText = 16 * 1024;

const eventSchema = z.object({ type: z.string(), text: z.string().default('') });

/** Reads what `devcontainer up --log-format=json` says: its result on standard output, a log of events on standard error. */
export class UpOutput {
  readonly stdout: LineSplitter;
  readonly stderr: LineSplitter;
  readonly #tail = new Tail(16 * 1024);
  readonly #stack = new Tail();

  /** `onStep` hears each step's text, `onResult` how it ended. */
  constructor(onStep: (text: string) => void, onResult: (result: UpResult) => void) {
    this.stdout = new LineSplitter((line) => {
      const parsed = parseJson(resultSchema, line);
      if (parsed !== undefined) onResult(parsed);
      else this.#tail.write(`${line}\n`);
    });
    this.stderr = new LineSplitter((line) => {
      const event = line.startsWith('{') ? parseJson(eventSchema, line) : undefined;
      // What is no JSON is an error's stack, with the whole command line in it; it counts only when there is nothing else.
      if (event === undefined) this.#stack.write(`${line.slice(0, 500)}\n`);
      if (event?.type === 'start') onStep(stepName(event.text));
      if (event?.type === 'text' || event?.type === 'raw') this.#tail.write(`${whatWentWrong(event.text)}\n`);
    });
  }

  /** What went wrong, by all that was said. An error's own message is mostly "Command failed: docker run …"; what docker said stands in the log. */
  failure(message = ''): FlotillaError {
    const lines = this.#tail.lines(30) || this.#stack.lines(10);
    return failureOf(`${lines}\n${whatWentWrong(message)}`.trim(), {
      code: 'start-failed',
      message: 'The container could not be started. The last lines say why.',
    });
  }
}

/** "Run: docker run --sig-proxy=…" is of use only up to its verb. */
const stepName = (text: string): string => text.replace(/^(Run: docker \w+|Run in container:) .*$/s, '$1');

/**
 * A text of the CLI's without colours, its own chatter, and the command line with the stack that it adds: there the user's own words
 * stand (a name, a path), which must not be taken for what Docker said.
 */
const whatWentWrong = (text: string): string =>
  stripVTControlCharacters(text.slice(0, longestText))
    .replace(/(Command failed: \w+ \w+)[^]*$/, '$1')
    .replace(
      /^(?:\d+\.\d+\.\d+\S*$|@devcontainers\/cli |workspace root: |No user features to update|Run 'docker run --help').*$/gm,
      '',
    )
    .trim();
