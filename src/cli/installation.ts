import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from './json.ts';

/** Where Flotilla is installed, and which one it is. */
export interface Installation {
  readonly root: string;
  readonly version: string;
  /** This command runs from the bundle, not from the sources. */
  readonly isBundled: boolean;
}

const manifestSchema = z.object({ name: z.literal('flotilla'), version: z.string() });

/** Looks upward from a folder for Flotilla's own package.json. */
export function findInstallation(from: string): Installation {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    const manifest = existsSync(file) ? parseJson(manifestSchema, readFileSync(file, 'utf8')) : undefined;
    if (manifest !== undefined)
      return { root: folder, version: manifest.version, isBundled: path.relative(folder, from).startsWith('dist') };
    if (folder === path.dirname(folder)) throw new Error(`Flotilla's package.json was not found above ${from}.`);
  }
}

/** The program and arguments that start the engine which belongs to this command. */
export const engineEntry = ({ root, isBundled }: Installation): string[] => [
  process.execPath,
  isBundled ? path.join(root, 'dist', 'engine.cjs') : path.join(root, 'src', 'engine', 'main.ts'),
];
