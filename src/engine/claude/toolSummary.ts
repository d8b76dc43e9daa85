import { oneLine } from './oneLine.ts';

/** For each tool, the part of its input that says most. */
const telling: Readonly<Record<string, string>> = {
  Bash: 'command',
  Read: 'file_path',
  Edit: 'file_path',
  Write: 'file_path',
  NotebookEdit: 'notebook_path',
  Glob: 'pattern',
  Grep: 'pattern',
  WebFetch: 'url',
  WebSearch: 'query',
  Task: 'description',
  Agent: 'description',
  Skill: 'skill',
};

/** What a tool call is about, as one short safe line; empty when its input has no text. */
export function toolSummary(name: string, input: Readonly<Record<string, unknown>>): string {
  const key = Object.hasOwn(telling, name) ? telling[name] : undefined;
  const told = key === undefined ? undefined : input[key];
  const text = typeof told === 'string' ? told : Object.values(input).find((value) => typeof value === 'string');
  return typeof text === 'string' ? oneLine(text) : '';
}
