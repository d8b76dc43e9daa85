import { forecastOf } from './forecastOf.ts';
import type { Session } from '../../protocol/session.ts';

type Fact = readonly [icon: string, text: string];

const mostFiles = 5;

/** Paths, the first few of many. */
const few = (files: readonly string[]): string =>
  files.length <= mostFiles
    ? files.join(', ')
    : `${files.slice(0, mostFiles).join(', ')} and ${files.length - mostFiles} more`;

/** How the landing of a session stands and what it would meet: an icon and a sentence each. */
export function landingFacts(session: Session, nameOf: (id: string) => string): Fact[] {
  const { landing } = session;
  const forecast = forecastOf(session);
  const facts: Fact[] = [];
  if (landing !== undefined && landing.state !== 'aborted' && landing.state !== 'undone')
    facts.push(['git-merge', `onto ${landing.target}: ${landing.reason.message}`]);
  if (forecast?.outcome === 'conflicts')
    facts.push(['warning', `conflicts with ${forecast.target}: ${few(forecast.files)}`]);
  for (const { session: other, files } of forecast?.sessions ?? [])
    facts.push(['warning', `conflicts with "${nameOf(other)}": ${few(files)}`]);
  return facts;
}
