import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { engineLogText } from '../engineLogText.ts';
import { exitCodes } from '../exitCodes.ts';
import { followFile } from '../followFile.ts';

export const engineLogs = defineCommand(
  {
    name: 'engine logs',
    summary: "show the engine's log",
    arguments: [],
    options: [
      { flags: '-f, --follow', description: 'go on with what comes' },
      { flags: '-n, --lines <number>', description: 'how many of the last lines (100)', completes: 'none' },
      { flags: '--json', description: 'the lines as they are written: one JSON document each' },
    ],
    examples: [
      ['flotilla engine logs', 'the last 100 lines'],
      ['flotilla engine logs -f --json | jq .msg', 'for programs'],
    ],
  },
  z.object({
    follow: z.boolean().default(false),
    lines: z.coerce.number('is a number').int().min(0).max(1_000_000).default(100),
  }),
  async ({ output, engine }, { follow, lines }) => {
    const stopped = new AbortController();
    if (!follow) stopped.abort();
    const show = (line: string): void => {
      output.line(output.json ? line : engineLogText(output, line));
    };
    const isThere = await followFile(engine.logFile, { lines, show, signal: stopped.signal });
    if (!isThere && !follow) output.hint('There is no log yet: no engine has run.');
    return exitCodes.ok;
  },
);
