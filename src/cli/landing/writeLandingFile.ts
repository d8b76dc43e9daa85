import { randomBytes } from 'node:crypto';
import { longestPart } from '../../protocol/fileOperations.ts';
import type { Engine } from '../engineDoor.ts';

export interface LandingFileContent {
  readonly session: string;
  readonly path: string;
  readonly content: Uint8Array;
}

/** Writes a file of the landing that is under way, in as many parts as it needs. */
export async function writeLandingFile(engine: Engine, { session, path, content }: LandingFileContent): Promise<void> {
  const upload = randomBytes(8).toString('hex');
  for (let offset = 0; offset === 0 || offset < content.length; offset += longestPart) {
    const bytes = content.subarray(offset, offset + longestPart);
    const isLast = offset + longestPart >= content.length;
    const part = isLast && offset === 0 ? {} : { part: { upload, offset, isLast } };
    await engine.call('file.write', {
      session,
      root: 'landing',
      path,
      content: Buffer.from(bytes).toString('base64'),
      ...part,
    });
  }
}
