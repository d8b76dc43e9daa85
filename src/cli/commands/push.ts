import { z } from 'zod';
import { cleanLine } from '../cleanText.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../cliError.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { landingInput, landingOptions } from '../landing/landingOptions.ts';
import { runLanding } from '../landing/landingRun.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

const ofLanding = landingOptions.push.filter(({ flags }) => !flags.startsWith('--to'));

export const push = defineCommand(
  {
    name: 'push',
    summary: "push a session's branch to its repository's origin, with your own git credentials",
    description:
      '--target and --squash push what flotilla landing rebase has brought onto the target; flotilla land does it all.',
    arguments: [sessionArgument],
    options: [
      { flags: '--target', description: 'the target of its landing instead, as a fast-forward' },
      ...ofLanding,
      { flags: '--json', description: 'print JSON' },
    ],
    examples: [
      ['flotilla push fix-login', 'the branch as it has come home, never forced over work of others'],
      ['flotilla push fix-login --squash --message "Fix the login"', 'what was rebased and verified, as one commit'],
    ],
  },
  z.object({
    session: z.string(),
    target: z.boolean().default(false),
    squash: z.boolean().default(false),
    message: z.string().optional(),
    unverified: z.boolean().optional(),
  }),
  (context, { session, target, squash, message, unverified }) => {
    if (!target && !squash) {
      if (message !== undefined || unverified !== undefined)
        throw new CliError('invalid-input', '--message and --unverified go with --target or --squash.');
      return pushBranch(context, session);
    }
    const input = { session, ...landingInput({ to: 'target', squash, message, unverified }) };
    return withEngine(context, (engine) =>
      runLanding(context, engine, {
        session,
        begin: async () => (await engine.call('landing.push', input)).landing,
      }),
    );
  },
);

async function pushBranch(context: CliContext, session: string): Promise<ExitCode> {
  const { output } = context;
  const pushed = await withEngine(context, (engine) => engine.call('session.push', { session }));
  if (output.json) output.document(pushed);
  else {
    const where = `${cleanLine(pushed.branch)} on ${cleanLine(pushed.remote)}`;
    output.line(`${pushed.upToDate ? 'Already there' : 'Pushed'}: ${pushed.commit.slice(0, 9)} to ${where}`);
  }
  return exitCodes.ok;
}
