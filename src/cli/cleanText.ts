const escapeSequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;
/** Controls other than tab and newline, and the marks that turn the direction of text round. */
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Text that a session made, safe to show on a terminal: names, timelines and file names come from inside an environment and could
 * otherwise move the cursor, change the title or hide what stands there.
 */
export const cleanText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(escapeSequences, '').replace(controls, '');

/** The same with what was there made visible, for text that is read to be judged: nothing of it may be hidden. */
export const visibleText = (text: string): string =>
  text.replace(/\r\n/g, '\n').replace(controls, (found) => {
    const code = found.charCodeAt(0);
    return code < 0x80
      ? `^${String.fromCharCode(code ^ 0x40)}`
      : `<U+${code.toString(16).padStart(4, '0').toUpperCase()}>`;
  });

/** Clean text on one line. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim();
