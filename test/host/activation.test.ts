import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { z } from 'zod';

const manifestSchema = z.looseObject({
  contributes: z.object({ commands: z.array(z.object({ command: z.string() })) }),
});

function flotilla(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('flotilla.flotilla');
  assert.ok(found, 'the extension is not installed');
  return found;
}

describe('the extension in a real VS Code', () => {
  it('activates without an error', async () => {
    await flotilla().activate();
    assert.ok(flotilla().isActive);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const { contributes } = manifestSchema.parse(flotilla().packageJSON);
    const missing = contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
