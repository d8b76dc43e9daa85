import * as vscode from 'vscode';
import * as z from 'zod';

/** The input of a tab that holds the merge editor: its class is not part of VS Code's interface yet (`tabInputTextMerge`). */
const mergeSchema = z.object({ result: z.custom<vscode.Uri>((value) => value instanceof vscode.Uri) });

/** The file that a tab edits, in a normal editor or in the merge editor; `undefined` for any other tab. */
export function tabUri({ input }: vscode.Tab): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputText) return input.uri;
  return mergeSchema.safeParse(input).data?.result;
}
