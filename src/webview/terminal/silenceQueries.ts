import type { IFunctionIdentifier, Terminal } from '@xterm/xterm';

/** Sequences that a terminal answers: attributes, status, modes, name. */
const questions: readonly IFunctionIdentifier[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
  { final: 't' },
];
/** Colours: a program sets them with a value and asks for them with a question mark. */
const colorCommands = [4, 10, 11, 12];
const clipboardCommand = 52;
/** Characters of base64 that a program may put into the clipboard. */
const longestClipboard = 1_000_000;

/**
 * Keeps this terminal from answering a program's questions (the engine's own screen does, once for all viewers) and from touching the
 * clipboard: what a program wants to write there goes to `clipboard`.
 */
export function silenceQueries({ parser }: Terminal, clipboard: (text: string) => void): void {
  for (const id of questions) parser.registerCsiHandler(id, () => true);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, () => true);
  for (const command of colorCommands) parser.registerOscHandler(command, (data) => data.split(';').includes('?'));
  parser.registerOscHandler(clipboardCommand, (data) => {
    const text = clipboardText(data);
    if (text !== undefined) clipboard(text);
    return true;
  });
}

/** What is to be written to the clipboard; `undefined` for a question, for another clipboard, and for nonsense. */
export function clipboardText(data: string): string | undefined {
  const found = /^[cps0-7]*;([A-Za-z0-9+/=\s]+)$/.exec(data)?.[1];
  if (found === undefined || found.length > longestClipboard) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(found), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
