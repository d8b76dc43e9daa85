import { z } from 'zod';
import type { OperationOutput } from '../protocol/operations.ts';
import type { Session } from '../protocol/session.ts';
import { cleanLine } from './cleanText.ts';
import { type Command, defineCommand, jsonOption } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { reasonText } from './helpWith.ts';
import { sessionArgument } from './sessionArgument.ts';
import { withEngine } from './withEngine.ts';
import { stateText, stateWords } from './words.ts';

/** A session and its state on one line. */
export function sessionLine(session: Session): string {
  const { id, name, state, reason } = session;
  const word = state === 'waiting' ? stateText(session) : stateWords[state].word;
  return `${id} ${cleanLine(name)}: ${word}. ${reasonText(reason)}`.trimEnd();
}

/** A command that asks one thing of one session and says what became of it. */
export function sessionCommand(
  operation: 'session.stop' | 'session.cancel',
  words: { readonly name: string; readonly summary: string; readonly example: string },
): Command {
  return defineCommand(
    {
      name: words.name,
      summary: words.summary,
      arguments: [sessionArgument],
      options: [jsonOption],
      examples: [[`flotilla ${words.name} fix-login`, words.example]],
    },
    z.object({ session: z.string() }),
    async (context, { session }) => {
      const answer = await withEngine<OperationOutput<typeof operation>>(context, (engine) =>
        engine.call(operation, { session }),
      );
      if (context.output.json) context.output.document(answer);
      else context.output.line(sessionLine(answer.session));
      return exitCodes.ok;
    },
  );
}
