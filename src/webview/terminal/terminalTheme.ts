import type { ITheme } from '@xterm/xterm';

const colors = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/** The value of a CSS variable of VS Code's theme, empty when the theme does not set it. */
export type ReadVariable = (name: string) => string;

/** The terminal's colours in VS Code's present theme (https://code.visualstudio.com/api/references/theme-color#integrated-terminal-colors). */
export function terminalTheme(read: ReadVariable): ITheme {
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => read(`--vscode-${name}`).trim()).find((value) => value !== '');
  const theme: Record<string, string | undefined> = {
    background: first('terminal-background', 'panel-background', 'editor-background'),
    foreground: first('terminal-foreground', 'editor-foreground', 'foreground'),
    cursor: first('terminalCursor-foreground', 'terminal-foreground', 'editor-foreground'),
    cursorAccent: first('terminalCursor-background', 'terminal-background', 'editor-background'),
    selectionBackground: first('terminal-selectionBackground', 'editor-selectionBackground'),
    selectionForeground: first('terminal-selectionForeground'),
    selectionInactiveBackground: first('terminal-inactiveSelectionBackground', 'editor-inactiveSelectionBackground'),
    scrollbarSliderBackground: first('scrollbarSlider-background'),
    scrollbarSliderHoverBackground: first('scrollbarSlider-hoverBackground'),
    scrollbarSliderActiveBackground: first('scrollbarSlider-activeBackground'),
  };
  for (const color of colors) {
    theme[color.toLowerCase()] = first(`terminal-ansi${color}`);
    theme[`bright${color}`] = first(`terminal-ansiBright${color}`);
  }
  return Object.fromEntries(Object.entries(theme).filter(([, value]) => value !== undefined));
}
