import { z } from 'zod';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

export const remove = defineCommand(
  {
    name: 'remove',
    summary: 'remove a session with its environment, volumes, branch and transcript',
    description: 'Refuses while there is work that was never pushed, unless --discard is given.',
    arguments: [sessionArgument],
    options: [
      { flags: '--discard', description: 'remove work that was never pushed as well' },
      { flags: '--orphan', description: 'the id names an environment that no session owns (see flotilla adopt)' },
      { flags: '-y, --yes', description: "don't ask" },
      jsonOption,
    ],
    examples: [
      ['flotilla remove fix-login', 'asks first'],
      ['flotilla remove fix-login --discard --yes', 'for scripts: nothing is asked, nothing is kept'],
    ],
  },
  z.object({
    session: z.string(),
    discard: z.boolean().default(false),
    orphan: z.boolean().default(false),
    yes: z.boolean().default(false),
  }),
  async (context, { session, discard, orphan, yes }) => {
    const { output } = context;
    const loss = discard || orphan ? ' with all work in it, pushed or not' : '';
    if (!yes && !(await confirm(context, `Remove ${session}${loss}?`, '--yes'))) return exitCodes.cancelled;
    const answer = await withEngine<{ removed: string | string[] }>(context, (engine) =>
      orphan
        ? engine.call('orphan.remove', { sessionId: session })
        : engine.call('session.remove', { session, discard }),
    );
    if (output.json) output.document(answer);
    else output.line(`Removed ${[answer.removed].flat().map(cleanLine).join(', ')}.`);
    return exitCodes.ok;
  },
);
