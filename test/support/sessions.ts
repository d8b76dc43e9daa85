import { z } from 'zod';
import { type Session, sessionSchema } from '../../src/protocol/session.ts';
import type { Flotilla } from './flotilla.ts';

/** A step of the scripted model in which Claude runs a command. */
export const bash = (command: string): { tool: string; input: Record<string, unknown> } => ({
  tool: 'Bash',
  input: { command, description: 'Run a command' },
});

/** One that may take ten minutes: Claude Code ends others after two. */
export const longBash = (command: string): { tool: string; input: Record<string, unknown> } => {
  const { tool, input } = bash(command);
  return { tool, input: { ...input, timeout: 600_000 } };
};

/** A session as the command shows it to programs. */
export const sessionOf = async (flotilla: Flotilla, id: string): Promise<Session> =>
  (await flotilla.json(z.looseObject({ session: sessionSchema }), ['show', id])).session;
