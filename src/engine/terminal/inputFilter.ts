// What a terminal sends by itself, in answer to a program's query: device attributes, status and cursor reports, mode reports, window reports,
// and strings (colours, terminal name, settings). A cursor report on the first row with column 2 to 8 is how F3 with a modifier looks.
const answers = [
  String.raw`\x1b\[[?>=][\d;]*c`,
  String.raw`\x1b\[\?[\d;]*[nu]`,
  String.raw`\x1b\[[03]n`,
  String.raw`\x1b\[(?!1;[2-8]R)\??\d+;\d+(?:;\d+)?R`,
  String.raw`\x1b\[\??[\d;]*\$y`,
  String.raw`\x1b\[[\d;]+t`,
  String.raw`\x1b\]\d[^\x07\x1b]*(?:\x07|\x1b\\)`,
  String.raw`\x1bP[01]?[>$+!][^\x1b]*\x1b\\`,
];
const answer = new RegExp(answers.join('|'), 'g');
/** The beginning of an answer at the end of what came; a key such as Escape, Alt-[ or Alt-] alone is not held. */
const unfinished = /\x1b(?:\[[?>=][\d;$]*|\[\d[\d;$]*|\]\d[^\x07\x1b]*\x1b?|P[01]?[>$+!][^\x1b]*\x1b?)$/;
const focusReports = /\x1b\[[IO]/g;
const maxHeld = 4096;

/**
 * Takes out of a viewer's input what its terminal answered to the program's queries: only the engine's own screen answers them, or a
 * program with three viewers would hear three answers.
 */
export class InputFilter {
  #held = '';

  /** What the person typed. Focus reports are the affair of the viewer that has the focus. */
  take(bytes: Uint8Array, hasFocus: boolean): Uint8Array {
    const text = this.#held + Buffer.from(bytes).toString('latin1');
    const rest = unfinished.exec(text.replace(answer, ''))?.[0] ?? '';
    this.#held = rest.length > maxHeld ? '' : rest;
    const typed = text.replace(answer, '').slice(0, -rest.length || undefined);
    return Buffer.from(hasFocus ? typed : typed.replace(focusReports, ''), 'latin1');
  }
}
