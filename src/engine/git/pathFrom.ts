import { quotedName } from './quotedName.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The path of a name as git has it, in bytes; see pathName.ts. */
export function pathFrom(bytes: Buffer): string {
  try {
    const name = utf8.decode(bytes);
    return name.startsWith('"') ? quotedName(bytes) : name;
  } catch {
    return quotedName(bytes);
  }
}
