import { terminalFilter } from '../../client/terminalFilter.ts';

/** Entering and leaving the alternate screen, which programs in a shell do on their own account. */
const alternate = /(\x1b\[\?(?:47|1047|1049)[hl])/;

/** What of a shell's output reaches VS Code's terminal: as for sessions' terminals, but with both screens. Takes whole sequences. */
export function shellFilter(bytes: Uint8Array): string {
  const pieces = Buffer.from(bytes).toString('latin1').split(alternate);
  const kept = pieces.map((piece, at) =>
    at % 2 === 1 ? Buffer.from(piece, 'latin1') : terminalFilter(Buffer.from(piece, 'latin1')),
  );
  return Buffer.concat(kept).toString('utf8');
}
