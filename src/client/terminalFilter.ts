/** Controls that a terminal obeys or passes over in the middle of a sequence, and a mark that it does not see at all. */
const controls = String.raw`\x00-\x17\x19\x1c-\x1f\x7f\ufeff`;
const control = new RegExp(`[${controls}]`, 'g');
const beginning = new RegExp(String.raw`(?:\x1b[${controls}]*\[|\x9b)[${controls} -?]*|\x1b[${controls} -/]+`, 'g');
/** What has begun and does not end: it would go on with what stands behind a sequence that is left out. */
const unfinished = /(?:(?:\x1b\[|\x9b)[ -?]*|\x1b[ -/]*)(?=[\x1b\x80-\x9f]|$)/g;
// A terminal carries out a string also when another sequence cuts it off.
const string = String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x18\x1a]*?(?:\x07|\x1b\\|\x9c|[\x18\x1a]|(?=\x1b)|$)`;
const sequence = String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]`;
const other = String.raw`\x1b[Zc]|\x05|[\x80-\x9f]`;
const watched = new RegExp(`${string}|${sequence}|${other}`, 'g');
const title = /^\x1b\][012];[^\x1b]*(?:\x07|\x1b\\)$/;
const parts = /^(?:\x1b\[|\x9b)([<=>?]?)([0-;]*)([ -/]*)([@-~])$/;

/** Sequences that ask the terminal something, print, or move its window: by prefix, intermediate bytes and final byte. */
const refused = /^(?:.*[cntxi]|>q|\?[umS]|.*[^ !]p|.*['*,$#"+&%)(-].)$/;
/** The alternate screen (this viewer is on one already), and 132 columns. */
const alternate = ['47', '1047', '1049'];
const ignoredModes = ['3', '40', ...alternate];
const clear = '\x1b[2J\x1b[H';

/**
 * What of a session's output reaches the user's own terminal. Left out is what asks the terminal something (the engine's screen answers), what
 * writes to the clipboard, makes links, prints, moves windows or leaves the alternate screen. Takes whole sequences, as the engine sends them.
 */
export const terminalFilter = (bytes: Uint8Array): Uint8Array =>
  // As text: bytes that are none would vanish in a terminal, and join what stands round them.
  Buffer.from(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(beginning, (found) => found.replace(control, ''))
      .replace(unfinished, '')
      .replace(watched, keep),
  );

function keep(found: string): string {
  if (found === '\x1bc') return `\x1b[!p${clear}`;
  const sequenceParts = parts.exec(found);
  return sequenceParts === null ? (title.test(found) ? found : '') : keepSequence(found, sequenceParts);
}

function keepSequence(
  found: string,
  [, prefix, parameters = '', intermediates, final = '']: readonly string[],
): string {
  if (prefix === '?' && 'hl'.includes(final)) return keepModes(parameters, final);
  return refused.test(`${prefix ?? ''}${intermediates ?? ''}${final}`) ? '' : found;
}

function keepModes(parameters: string, final: string): string {
  const modes = parameters.split(';');
  const kept = modes.filter((mode) => !ignoredModes.includes(mode));
  const switched = modes.some((mode) => alternate.includes(mode)) ? clear : '';
  return switched + (kept.length === 0 ? '' : `\x1b[?${kept.join(';')}${final}`);
}
