import type { OperationOutput } from '../../protocol/operations.ts';
import { contextText, costText } from './facts.ts';

type Output = OperationOutput<'session.output'>;
type Entry = OperationOutput<'session.logs'>['entries'][number];

const maxEntries = 2000;

/** What a session was asked, did and made, as a text to read. */
export function reportText(made: Output, entries: readonly Entry[]): string {
  const { session, commits, files, result } = made;
  const sections = [
    `# ${session.name}\n\n${facts(made)}`,
    section('Task', session.prompt),
    section('Result', result ?? ''),
    section('Notices', session.notices.map((notice) => `- ${notice}`).join('\n')),
    section('Commits', commits.map(({ id, subject }) => `- ${id.slice(0, 9)} ${subject}`).join('\n')),
    section('Changed files', files.map(fileLine).join('\n')),
    section('What happened', entries.slice(-maxEntries).map(entryLine).join('\n')),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

const section = (title: string, text: string): string => (text.trim() === '' ? '' : `## ${title}\n\n${text.trim()}`);

function facts({ session }: Output): string {
  const { id, state, reason, branch, base, usage, turns } = session;
  const tokens = `${usage.inputTokens} tokens in, ${usage.outputTokens} out, ${usage.cacheReadTokens} from the cache`;
  return [
    `- Session ${id}: ${state}. ${reason.message}`,
    `- Branch ${branch} from ${base.ref} (${base.commit.slice(0, 9)}) of ${session.repository.source}`,
    `- ${[costText(session) || '$0', `${turns} turns`, `${usage.requests} requests`, tokens, contextText(session)].filter((text) => text !== '').join(', ')}`,
  ].join('\n');
}

function fileLine({ path, from, status, added, removed }: Output['files'][number]): string {
  const lines = added === undefined ? 'binary' : `+${added} -${removed ?? 0}`;
  return `- ${status} ${from === undefined ? '' : `${from} → `}${path} (${lines})`;
}

function entryLine({ at, entry }: Entry): string {
  const time = at.slice(0, 19).replace('T', ' ');
  switch (entry.kind) {
    case 'step':
      return `- ${time} ${entry.progress.title}: ${entry.progress.status}`;
    case 'state':
      return `- ${time} ${entry.state}: ${entry.message}`;
    case 'timeline': {
      const { kind, subject, text } = entry.timeline;
      const said = [subject, text].filter((part) => part !== undefined && part !== '').join(': ');
      return `- ${time} ${kind}: ${said.replace(/\n/g, '\n  ')}`;
    }
  }
}
