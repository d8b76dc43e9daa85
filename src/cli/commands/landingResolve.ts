import { z } from 'zod';
import type { OperationInput } from '../../protocol/operations.ts';
import { CliError } from '../cliError.ts';
import { defineCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { Engine } from '../engineDoor.ts';
import { detachOption, eventsJsonOption } from '../landing/landingCommand.ts';
import { landingSchema } from '../landing/landingOptions.ts';
import { runLanding } from '../landing/landingRun.ts';
import { readBytes } from '../readBytes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';
import { writeLandingFile } from '../landing/writeLandingFile.ts';

const schema = landingSchema.pick({ session: true, detach: true }).extend({
  path: z.string().optional(),
  take: z.enum(['ours', 'theirs']).optional(),
  from: z.string().optional(),
  accept: z.boolean().default(false),
  refuse: z.boolean().default(false),
  advice: z.string().optional(),
});
type Choices = z.output<typeof schema>;

export const landingResolve = defineCommand(
  {
    name: 'landing resolve',
    summary: 'resolve conflicts of a landing: let Claude do it, or settle files yourself',
    description: 'Once every file of a stop is resolved, flotilla landing continue goes on.',
    arguments: [sessionArgument],
    options: [
      { flags: '--path <file>', description: 'one conflicted file; without it, all that are open', completes: 'none' },
      {
        flags: '--take <side>',
        description: "ours: the target's version; theirs: the session's",
        choices: ['ours', 'theirs'],
      },
      {
        flags: '--from <file>',
        description: 'a version of your own for --path, or - for standard input',
        completes: 'file',
      },
      { flags: '--accept', description: "take what stands in the file: Claude's proposal, or your own edit" },
      { flags: '--refuse', description: 'put the conflict back' },
      { flags: '--advice <text>', description: 'what Claude is to know beside what it is told anyway' },
      detachOption,
      eventsJsonOption,
    ],
    examples: [
      ['flotilla landing resolve fix-login', 'let Claude resolve what is open'],
      ['flotilla landing resolve fix-login --advice "keep the new API"', 'with a word from you'],
      ['flotilla landing resolve fix-login --path src/login.ts --take theirs', "the session's version of one file"],
      ['flotilla landing resolve fix-login --path src/login.ts --from merged.ts', 'your own version'],
    ],
  },
  schema,
  (context, choices) => {
    const { session, detach } = choices;
    const how = howOf(choices);
    return withEngine(
      context,
      (engine) => runLanding(context, engine, { session, detach, begin: () => resolve(context, engine, choices, how) }),
      { credentials: true },
    );
  },
);

type How = NonNullable<OperationInput<'landing.resolve'>['how']>;

function howOf(choices: Choices): How {
  const { take, from, accept, refuse } = choices;
  const ways: How[] = [
    ...(take === undefined ? [] : [take]),
    ...(accept || from !== undefined ? (['accept'] as const) : []),
    ...(refuse ? (['refuse'] as const) : []),
  ];
  if (ways.length > 1)
    throw new CliError(
      'invalid-input',
      'Choose one of --take, --accept (or --from) and --refuse; none lets Claude resolve.',
    );
  requireSense(choices, ways[0]);
  return ways[0] ?? 'claude';
}

function requireSense({ from, path, advice }: Choices, how: How | undefined): void {
  if (from !== undefined && path === undefined)
    throw new CliError('invalid-input', '--from needs --path: the conflicted file that it is the resolution of.');
  if (how !== undefined && advice !== undefined)
    throw new CliError('invalid-input', '--advice is for Claude: leave out how you settle it yourself.');
}

async function resolve(context: CliContext, engine: Engine, choices: Choices, how: How): ReturnType<typeof ask> {
  const { session, path, from } = choices;
  if (from !== undefined && path !== undefined)
    await writeLandingFile(engine, { session, path, content: await readBytes(context, from) });
  return ask(engine, choices, how);
}

async function ask(engine: Engine, { session, path, advice }: Choices, how: How) {
  const { landing } = await engine.call('landing.resolve', { session, path, how, advice });
  return landing;
}
