import type { ChangedFile } from './operations.ts';

/** How a file changed as one letter, the way git's own short status says it. */
export const changeLetters: Readonly<Record<ChangedFile['status'], string>> = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
  copied: 'C',
  'type-changed': 'T',
  unmerged: 'U',
  unknown: '?',
};
