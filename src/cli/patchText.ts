import { visibleText } from './cleanText.ts';
import type { Color, Output } from './output.ts';

const colors: readonly (readonly [RegExp, Color])[] = [
  [/^(?:diff |index |--- |\+\+\+ |new file|deleted file|rename |copy |similarity |old mode|new mode)/, 'bold'],
  [/^@@/, 'cyan'],
  [/^\+/, 'green'],
  [/^-/, 'red'],
];

/** A patch: exact bytes for a pipe, without anything that a terminal would act on for a terminal. */
export function patchText(output: Output, patch: string, isTerminal: boolean): string {
  if (!isTerminal) return patch;
  return visibleText(patch)
    .split('\n')
    .map((line) => {
      const color = colors.find(([pattern]) => pattern.test(line))?.[1];
      return color === undefined ? line : output.paint(color, line);
    })
    .join('\n');
}
