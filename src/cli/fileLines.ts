import { changeLetters } from '../protocol/changeLetters.ts';
import type { ChangedFile } from '../protocol/operations.ts';
import { cleanLine } from './cleanText.ts';
import type { Output } from './output.ts';
import { countText } from './words.ts';

/** Changed files, one on a line: letter, name and changed lines. */
export function fileLines(output: Output, files: readonly ChangedFile[]): string[] {
  return files.map((file) => {
    const name = `${file.from === undefined ? '' : `${cleanLine(file.from)} -> `}${cleanLine(file.path)}`;
    return `${changeLetters[file.status]} ${name}  ${changeText(output, file)}`;
  });
}

/** The sum of all files on one line. */
export function filesTotal(files: readonly ChangedFile[]): string {
  const sum = (pick: (file: ChangedFile) => number | undefined): number =>
    files.reduce((total, file) => total + (pick(file) ?? 0), 0);
  return `${countText(files.length, 'file')} changed, +${sum((file) => file.added)} -${sum((file) => file.removed)}`;
}

function changeText(output: Output, { added, removed }: ChangedFile): string {
  if (added === undefined || removed === undefined) return 'binary';
  return `${output.paint('green', `+${added}`)} ${output.paint('red', `-${removed}`)}`;
}
