import { unlinked } from './unlinked.ts';

/**
 * Sequences for terminals, control characters, and those that turn the direction of a text round: what comes from a session may hold
 * them.
 */
const unwanted =
  /(?:\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])|[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069])+/g;

/** A text of a session on one line and without links, cut to a length. */
export function oneLine(text: string, longest: number): string {
  const line = unlinked(text.slice(0, longest * 8).replace(unwanted, ' ')).trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
