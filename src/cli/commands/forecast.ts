import { z } from 'zod';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Forecast } from '../../protocol/landingSummary.ts';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Color, Output } from '../output.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { type Column, tableLines } from '../table.ts';
import { withEngine } from '../withEngine.ts';
import { ageText, countText } from '../words.ts';

const outcomes: Readonly<Record<Forecast['outcome'], { readonly word: string; readonly color: Color }>> = {
  'up-to-date': { word: 'nothing to land', color: 'gray' },
  'fast-forward': { word: 'fast-forward', color: 'green' },
  clean: { word: 'clean rebase', color: 'green' },
  conflicts: { word: 'conflicts', color: 'yellow' },
};

interface Row {
  readonly name: string;
  readonly forecast: Forecast;
  readonly others: readonly string[];
}

const columns = (output: Output): Column<Row>[] => [
  { title: 'SESSION', text: ({ name }) => name, least: 10 },
  { title: 'TARGET', text: ({ forecast }) => forecast.target, least: 8 },
  {
    title: 'OUTCOME',
    text: ({ forecast }) => outcomes[forecast.outcome].word,
    paint: (text, { forecast }) => output.paint(outcomes[forecast.outcome].color, text),
  },
  { title: 'FILES', text: ({ forecast: { files } }) => (files.length === 0 ? '-' : String(files.length)) },
  { title: 'CONFLICTS WITH', text: ({ others }) => (others.length === 0 ? '-' : others.join(', ')), least: 14 },
  { title: 'AGE', text: ({ forecast }) => ageText(forecast.at) },
];

export const forecast = defineCommand(
  {
    name: 'forecast',
    summary: 'show what landing sessions would meet now: conflicts with their target and with each other',
    description: 'As far as is known without asking the remote; flotilla land --plan asks it.',
    arguments: [{ ...sessionArgument, optional: true }],
    options: [jsonOption],
    examples: [
      ['flotilla forecast', 'all sessions that have work'],
      ['flotilla forecast fix-login', 'one, with the files'],
    ],
  },
  z.object({ session: z.string().optional() }),
  async (context, { session }) => {
    const { output } = context;
    await withEngine(context, async (engine) => {
      const answer = await engine.call('forecast.get', { session });
      if (output.json) output.document(answer);
      else if (answer.forecasts.length === 0) output.hint('No session has work to land.');
      else {
        const { sessions } = await engine.call('session.list', {});
        const names = new Map(sessions.map(({ id, name }) => [id, cleanLine(name)]));
        show(output, rowsOf(answer, names), names, session !== undefined);
      }
    });
    return exitCodes.ok;
  },
);

function rowsOf({ forecasts }: OperationOutput<'forecast.get'>, names: ReadonlyMap<string, string>): Row[] {
  return forecasts.map(({ session, forecast: what }) => ({
    name: names.get(session) ?? session,
    forecast: what,
    others: what.sessions.map((other) => names.get(other.session) ?? other.session),
  }));
}

function show(output: Output, rows: readonly Row[], names: ReadonlyMap<string, string>, withFiles: boolean): void {
  for (const line of tableLines(columns(output), rows, output.width)) output.line(line);
  if (!withFiles) return;
  for (const { forecast: what } of rows) {
    filesOf(output, `with ${cleanLine(what.target)}`, what.files);
    for (const { session, files } of what.sessions) filesOf(output, `with ${names.get(session) ?? session}`, files);
  }
}

function filesOf(output: Output, title: string, files: readonly string[]): void {
  if (files.length === 0) return;
  output.line(`\n${output.paint('bold', `${countText(files.length, 'file')} ${title}`)}`);
  for (const file of files) output.line(`  ${cleanLine(file)}`);
}
