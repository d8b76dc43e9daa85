/** Sequences for terminals, also one that is cut off at the end: what a program wrote may hold them. */
const sequences =
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*(?:[0-~]|$))/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What a program wrote to a terminal, as text to read: without colours and other sequences, and of a line that was written over only what
 * stood there last.
 */
export const plainOutput = (text: string): string =>
  text.replace(sequences, '').replace(/\r+\n/g, '\n').split('\n').map(lastState).join('\n').replace(controls, '');

/** What stands in a line after it was written over. */
const lastState = (line: string): string => line.slice(line.lastIndexOf('\r', line.length - 2) + 1);
