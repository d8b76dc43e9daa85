import type { z } from 'zod';
import type { Landing } from '../../protocol/landing.ts';
import { type Command, type CommandWords, defineCommand, type OptionDefinition } from '../command.ts';
import type { Engine } from '../engineDoor.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';
import { runLanding } from './landingRun.ts';

type Words = Pick<CommandWords, 'name' | 'summary' | 'description' | 'options' | 'examples'>;

interface Input {
  readonly session: string;
  readonly detach?: boolean | undefined;
}

export const detachOption: OptionDefinition = { flags: '-d, --detach', description: "don't follow it" };
export const eventsJsonOption: OptionDefinition = {
  flags: '--json',
  description: 'one JSON document a line: {"event"} for what happens, and the landing at last',
};

/** A command that sets a step of a landing going and follows it. */
export const landingCommand = <S extends z.ZodType<Input>>(
  words: Words,
  schema: S,
  begin: (engine: Engine, input: z.output<S>) => Promise<{ readonly landing: Landing }>,
): Command =>
  defineCommand(
    { ...words, arguments: [sessionArgument], options: [...words.options, detachOption, eventsJsonOption] },
    schema,
    (context, input) =>
      withEngine(
        context,
        (engine) => {
          const { session, detach } = input;
          const isAbort = words.name === 'landing abort';
          const run = { session, detach, isAbort, begin: async () => (await begin(engine, input)).landing };
          return runLanding(context, engine, run);
        },
        { credentials: true },
      ),
  );
