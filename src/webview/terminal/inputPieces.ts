import { longestPanelInput } from '../../protocol/panelLimits.ts';

/** What was typed or pasted, in pieces that fit a message each; no character is cut in two. */
export function inputPieces(data: string, longest = longestPanelInput): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < data.length;) {
    const end = at + longest;
    const cutsPair = end < data.length && /[\ud800-\udbff]/.test(data.charAt(end - 1));
    const piece = data.slice(at, cutsPair ? end - 1 : end);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}
