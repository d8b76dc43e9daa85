import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { z } from 'zod';
import { flotilla } from './engine.ts';

const manifestSchema = z.looseObject({
  contributes: z.looseObject({ commands: z.array(z.looseObject({ command: z.string() })) }),
});

describe('the extension in a real VS Code', () => {
  it('activates without an error', async () => {
    await flotilla().activate();
    assert.ok(flotilla().isActive);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const { contributes } = manifestSchema.parse(flotilla().packageJSON);
    const missing = contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
