import { pathFrom } from './pathFrom.ts';
import { quotedName, unquotedName } from './quotedName.ts';

/**
 * A path of git as a string that loses no byte: a name in UTF-8 is itself; one that is not, or that begins with a quotation mark, is as git
 * quotes it (`"\303("`). Git quotes every name that holds a quotation mark, so nothing else begins with one.
 */

/** The path in a line of git that ran with `core.quotePath`. */
export const pathOf = (line: string): string => (line.startsWith('"') ? pathFrom(unquotedName(line)) : line);

/** The bytes of a path's name. */
export const pathBytes = (path: string): Buffer => (path.startsWith('"') ? unquotedName(path) : Buffer.from(path));

/** The path as a line for git (`--stdin`, `--pathspec-from-file`), exactly as git itself writes it. */
export const quotedPath = (path: string): string => quotedName(pathBytes(path));
