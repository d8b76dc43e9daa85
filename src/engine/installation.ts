import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../protocol/json.ts';

const packageSchema = z.object({ name: z.literal('flotilla'), version: z.string() });

export interface Installation {
  /** The folder with package.json, media and dist. */
  readonly root: string;
  readonly version: string;
  /** The program of `@devcontainers/cli`, which is shipped beside the bundle. */
  readonly devcontainerCli: string;
}

/** Finds what Flotilla is installed with, from a folder inside it: the bundle's, or the sources'. */
export function findInstallation(from: string): Installation {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const found = parseJson(packageSchema, readFileSync(file, 'utf8'));
    if (found === undefined) continue;
    const manifest = createRequire(file).resolve('@devcontainers/cli/package.json');
    return {
      root: folder,
      version: found.version,
      devcontainerCli: path.join(path.dirname(manifest), 'devcontainer.js'),
    };
  }
  throw new Error(`Flotilla's installation is not complete: no package.json above ${from}.`);
}
