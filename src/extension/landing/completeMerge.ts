import * as vscode from 'vscode';

/** VS Code's own command, which asks about conflicts that are left, saves and closes. As its editor, it is no part of VS Code's interface. */
const acceptMerge = 'mergeEditor.acceptMerge';

/** Ends the work in the merge editor that is on show; whoever watches its file goes on from there. */
export async function completeMerge(): Promise<void> {
  const known = await vscode.commands.getCommands();
  if (known.includes(acceptMerge)) {
    await vscode.commands.executeCommand(acceptMerge);
    return;
  }
  await vscode.commands.executeCommand('workbench.action.files.save');
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
}
