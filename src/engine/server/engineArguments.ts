import { parseArgs } from 'node:util';

/** Where this engine keeps its things, as the face that started it decided. */
export interface EngineFolders {
  readonly data: string;
  readonly run: string;
  readonly log: string;
  readonly cache: string;
}

/** Reads `--data D --run R --log L --cache C`. Throws when one is missing or unknown. */
export function parseEngineArguments(args: readonly string[]): EngineFolders {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { data: option, run: option, log: option, cache: option } });
  const { data, run, log, cache } = values;
  if (data === undefined || run === undefined || log === undefined || cache === undefined)
    throw new Error('The engine is started by a face, with --data, --run, --log and --cache.');
  return { data, run, log, cache };
}
