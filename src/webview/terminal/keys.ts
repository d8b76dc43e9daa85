/** Of a key event, what decides whose it is. */
export interface KeyLike {
  readonly type: string;
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Whose a key is: the program's in the terminal, the window's (VS Code's, the browser's), or one of the panel's own. `newLine` is a line
 * end inside a prompt, as Claude Code's own `/terminal-setup` has it.
 */
export type KeyOwner = 'program' | 'window' | 'copy' | 'find' | 'newLine';

const windowKeys = ['F1', 'F6', 'ctrl+Tab', 'ctrl+shift+Tab', 'ctrl+PageUp', 'ctrl+PageDown', 'ctrl+Backquote'];
const pasteKeys = ['ctrl+KeyV', 'ctrl+shift+KeyV', 'meta+KeyV', 'shift+Insert'];
const copyKeys = ['ctrl+shift+KeyC', 'meta+KeyC', 'ctrl+Insert'];
const findKeys = ['ctrl+shift+KeyF', 'meta+KeyF'];

function nameOf(event: KeyLike): string {
  const held = [
    event.ctrlKey ? 'ctrl+' : '',
    event.altKey ? 'alt+' : '',
    event.metaKey ? 'meta+' : '',
    event.shiftKey ? 'shift+' : '',
  ];
  return held.join('') + event.code;
}

/** Decides whose a key is. Ctrl+C copies only where something is selected. */
export function keyOwner(event: KeyLike, hasSelection: boolean): KeyOwner {
  const name = nameOf(event);
  if (name === 'shift+Enter') return 'newLine';
  if (copyKeys.includes(name) || (name === 'ctrl+KeyC' && hasSelection)) return 'copy';
  if (findKeys.includes(name)) return 'find';
  // Pasting is the browser's: it asks nobody and gives the text to the terminal itself.
  if (pasteKeys.includes(name) || windowKeys.includes(name)) return 'window';
  return event.metaKey ? 'window' : 'program';
}
