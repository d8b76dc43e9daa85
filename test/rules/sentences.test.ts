import assert from 'node:assert/strict';
import { commandTable } from '../../src/cli/commandTable.ts';
import { readSources, type Source } from '../support/rules/source.ts';

const commands = commandTable.map(({ name }) => name.split(' ')[0] ?? name);
const flags = commandTable.flatMap(({ options }) =>
  options.flatMap(({ flags: text }) => /--[a-z-]+/.exec(text)?.[0] ?? []),
);
const named = new RegExp(
  `\\bflotilla (?:${[...new Set(commands)].join('|')})\\b|[a-z,] (?:${[...new Set(flags)].join('|')})(?![a-z-])`,
);
const ofGit = /\bgit [a-z]/;
const comment = /^\s*(?:\/\/|\/?\*)/;

/** Lines outside of comments that tell people to type something. */
const commandLines = ({ path, text }: Source): string[] =>
  text
    .split('\n')
    .flatMap((line, at) =>
      !comment.test(line) && !ofGit.test(line) && named.test(line) ? [`${path}:${String(at + 1)}: ${line.trim()}`] : [],
    );

describe('sentences of the engine and the client', () => {
  it('name no command or option of one face, since every face shows them', () => {
    const found = readSources(/^src\/(?:engine|client|protocol)\/.*\.ts$/).flatMap(commandLines);
    assert.deepEqual(found, []);
  });

  it('that do are found', () => {
    const lines = ["x = 'Remove it: flotilla remove x';", "x = 'Remove it with --discard.';", "x = ['git', '--json'];"];
    assert.equal(commandLines({ path: 'a.ts', text: lines.join('\n') }).length, 2);
  });
});
