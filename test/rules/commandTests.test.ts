import assert from 'node:assert/strict';
import { z } from 'zod';
import { ids } from '../../src/extension/ids.ts';
import { readSources } from '../support/rules/source.ts';

const manifestSchema = z.object({
  contributes: z.object({ commands: z.array(z.object({ command: z.string(), title: z.string() })) }),
});

/** Commands that no test in a real VS Code runs: in the host by their key in the table, in the window by their title. */
function untested(titles: ReadonlyMap<string, string>, host: string, ui: string): string[] {
  return Object.entries(ids.command)
    .filter(([key, id]) => !new RegExp(`\\b${key}\\b`).test(host) && !ui.includes(titles.get(id) ?? id))
    .map(([, id]) => id);
}

const textOf = (files: RegExp): string =>
  readSources(files)
    .map(({ text }) => text)
    .join('\n');

describe('the commands', () => {
  it('are each run by a test in a real VS Code', () => {
    const [manifest] = readSources(/^package\.json$/);
    const { contributes } = manifestSchema.parse(JSON.parse(manifest?.text ?? ''));
    const titles = new Map(contributes.commands.map(({ command, title }) => [command, title.replace('…', '')]));
    assert.deepEqual(untested(titles, textOf(/^test\/host\/.*\.ts$/), textOf(/^test\/ui\/.*\.ts$/)), []);
  });

  it('are missed when no test names them', () => {
    const all = untested(new Map(), '', '');
    assert.equal(all.length, Object.keys(ids.command).length);
    assert.ok(!untested(new Map(), 'ids.command.newSession', '').includes(ids.command.newSession));
  });
});
