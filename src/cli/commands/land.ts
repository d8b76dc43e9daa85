import { z } from 'zod';
import { CliError } from '../cliError.ts';
import type { CliContext } from '../context.ts';
import { defineCommand } from '../command.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { detachOption, eventsJsonOption } from '../landing/landingCommand.ts';
import { landingInput, landingOptions, landingSchema } from '../landing/landingOptions.ts';
import { planLines } from '../landing/planLines.ts';
import { runLanding } from '../landing/landingRun.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

const schema = landingSchema.extend({ plan: z.boolean().default(false) });

export const land = defineCommand(
  {
    name: 'land',
    summary: "bring a session's work home: rebase, resolve conflicts, verify, push",
    description:
      'Stops where you must decide, and says what to type then (exit code 6). Nothing is pushed unverified unless --unverified is given. ' +
      'Ctrl-C only stops following: the landing goes on, and flotilla landing abort gives it up.',
    arguments: [sessionArgument],
    options: [
      ...landingOptions.rebase,
      ...landingOptions.verify,
      ...landingOptions.push,
      { flags: '--plan', description: 'only show what it would do: commits, and the conflicts they meet' },
      detachOption,
      eventsJsonOption,
    ],
    examples: [
      ['flotilla land fix-login --plan', 'what would happen; nothing is changed'],
      [
        'flotilla land fix-login --to target --verify "npm test"',
        'onto the branch it started from, when the tests pass',
      ],
      [
        'flotilla land fix-login --onto release --squash --message "Fix the login"',
        'as one commit onto another branch',
      ],
      ['flotilla land fix-login --by-hand', 'with every conflict left to you'],
    ],
  },
  schema,
  (context, choices) => {
    const { session, plan, detach } = choices;
    const input = { session, ...landingInput(choices) };
    if (choices.message !== undefined && !choices.squash)
      throw new CliError('invalid-input', '--message is of the one commit of --squash: give both or none.');
    if (plan) return showPlan(context, choices);
    return withEngine(
      context,
      (engine) => {
        const begin = async () => (await engine.call('landing.land', input)).landing;
        return runLanding(context, engine, { session, detach, begin });
      },
      { credentials: true },
    );
  },
);

async function showPlan(context: CliContext, { session, onto, verify }: z.output<typeof schema>): Promise<ExitCode> {
  const { output } = context;
  const input = { session, ...landingInput({ onto, verify }) };
  const answer = await withEngine(context, (engine) => engine.call('landing.plan', input));
  if (output.json) output.document(answer);
  else for (const line of planLines(output, answer.plan)) output.line(line);
  return exitCodes.ok;
}
