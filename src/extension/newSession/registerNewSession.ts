import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { requireTrust } from '../trust.ts';
import { askChoices } from './askChoices.ts';
import { createInput, givenInput } from './choices.ts';
import { ChoiceMemory } from './memory.ts';
import { startNew } from './startNew.ts';

/** The command that makes a session. Given a whole `session.create` input it asks nothing. */
export function registerNewSession(
  parts: Pick<Parts, 'commands' | 'connection' | 'context' | 'model' | 'log'>,
): undefined {
  const memory = new ChoiceMemory(parts.context.globalState);
  parts.commands.register(ids.command.newSession, async (given) => {
    requireTrust();
    const input = givenInput(given);
    if (input !== undefined) return startNew(parts, input);
    const choices = await askChoices(parts.connection, memory);
    if (choices === undefined) return undefined;
    await memory.remember(choices);
    return startNew(parts, createInput(choices));
  });
}
