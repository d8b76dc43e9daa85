import * as vscode from 'vscode';
import * as z from 'zod';
import type { TerminalLook } from '../../protocol/panel.ts';
import { ids } from '../ids.ts';
import { readSetting } from '../settings.ts';

const weight = z.union([z.string(), z.number()]).transform(String);
const size = (fallback: number, least: number, most: number): z.ZodCatch<z.ZodNumber> =>
  z.number().min(least).max(most).catch(fallback);

/** VS Code's settings of its terminal, and what a wrong value counts as. */
const schema = z.object({
  fontFamily: z.string().catch(''),
  fontSize: size(14, 6, 100),
  fontWeight: weight.catch('normal'),
  fontWeightBold: weight.catch('bold'),
  lineHeight: size(1, 1, 8),
  letterSpacing: size(0, -5, 20),
  cursorStyle: z.enum(['block', 'line', 'underline']).catch('block'),
  cursorBlinking: z.boolean().catch(false),
  minimumContrastRatio: size(4.5, 1, 21),
  drawBoldTextInBrightColors: z.boolean().catch(true),
  macOptionIsMeta: z.boolean().catch(false),
  scrollback: size(1000, 0, 10_000),
  gpuAcceleration: z.string().catch('auto'),
});
const accessibility = z.enum(['on', 'off', 'auto']).catch('auto');

/** How VS Code's own terminal looks, and what the person lets programs in the panel's do. */
export function terminalLook(): TerminalLook {
  const { terminal, editor } = sections();
  const names = Object.keys(schema.shape);
  const read = schema.parse(Object.fromEntries(names.map((name) => [name, terminal.get(name)])));
  const { cursorStyle, cursorBlinking, gpuAcceleration, fontFamily, ...same } = read;
  return {
    ...same,
    fontFamily: fontFamily || z.string().catch('monospace').parse(editor.get('fontFamily')),
    cursorStyle: cursorStyle === 'line' ? 'bar' : cursorStyle,
    cursorBlink: cursorBlinking,
    webgl: gpuAcceleration !== 'off',
    screenReader: accessibility.parse(editor.get('accessibilitySupport')),
    clipboardWrite: readSetting(ids.setting.terminalClipboard),
    links: readSetting(ids.setting.terminalLinks),
  };
}

/** Tells when the look may have changed. */
export const onTerminalLook = (changed: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (watched.some((section) => event.affectsConfiguration(section))) changed();
  });

const watched = [
  'terminal.integrated',
  'editor.fontFamily',
  'editor.accessibilitySupport',
  ids.setting.terminalClipboard,
  ids.setting.terminalLinks,
];

const sections = (): Record<'terminal' | 'editor', vscode.WorkspaceConfiguration> => ({
  terminal: vscode.workspace.getConfiguration('terminal.integrated'),
  editor: vscode.workspace.getConfiguration('editor'),
});
