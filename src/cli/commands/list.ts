import { z } from 'zod';
import { sessionStateSchema } from '../../protocol/session.ts';
import type { Session } from '../../protocol/session.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Output } from '../output.ts';
import { type Column, tableLines } from '../table.ts';
import { withEngine } from '../withEngine.ts';
import { ageText, contextText, costText, homeText, stateText, stateWords } from '../words.ts';

/** That a session has completed goes without saying once there is more to say. */
function stateAndHome(session: Session): string {
  const home = homeText(session);
  if (home === '') return stateText(session);
  return session.state === 'completed' ? home : `${stateText(session)}, ${home}`;
}

const columns = (output: Output): Column<Session>[] => [
  { title: 'ID', text: ({ id }) => id },
  { title: 'NAME', text: ({ name }) => name, least: 8 },
  {
    ...{ title: 'STATE', text: stateAndHome, least: 20 },
    paint: (text, { state }) => output.paint(stateWords[state].color, text),
  },
  { title: 'AGE', text: ({ createdAt }) => ageText(createdAt) },
  { title: 'COST', text: costText },
  { title: 'CONTEXT', text: contextText },
  { title: 'REPOSITORY', text: ({ repository }) => repository.name, least: 6 },
  { title: 'BRANCH', text: ({ branch }) => branch, least: 10 },
];

export const list = defineCommand(
  {
    name: 'list',
    summary: 'list sessions, newest first',
    arguments: [],
    options: [
      { flags: '--state <states...>', description: 'only these states', choices: sessionStateSchema.options },
      jsonOption,
    ],
    examples: [
      ['flotilla list', 'every session with state, age, cost and how full its context is'],
      ['flotilla list --state running waiting', 'what is at work or waits'],
    ],
  },
  z.object({ state: z.array(sessionStateSchema).optional() }),
  async ({ output, ...context }, { state }) => {
    const input = state === undefined ? {} : { states: state };
    const answer = await withEngine({ output, ...context }, (engine) => engine.call('session.list', input));
    if (output.json) output.document(answer);
    else if (answer.sessions.length === 0)
      output.hint('No sessions. Make one: flotilla new <repository> --prompt "..."');
    else for (const line of tableLines(columns(output), answer.sessions, output.width)) output.line(line);
    return exitCodes.ok;
  },
);
