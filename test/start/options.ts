import path from 'node:path';
import { parseArgs } from 'node:util';

export interface StartOptions {
  /** A made-up account: the model is a script, and everything is removed at the end. */
  readonly demo: boolean;
  /** Which VS Code: the first that this machine has, unless named. */
  readonly code: 'any' | 'desktop' | 'server';
  readonly port: number | undefined;
  /** The folder to open; a sample repository when absent. */
  readonly folder: string | undefined;
}

export const usage = `npm start [-- [--demo] [--desktop | --server] [--port <port>] [<folder>]]

Opens a real VS Code with Flotilla in it, on a sample repository or the folder given.
  --demo      no account needed: a script answers instead of Claude's model, and all is removed at the end
  --desktop   only desktop VS Code: the command code, or a download
  --server    only code-server, with its address printed
  --port      the port of code-server`;

/** Reads the command line; throws with a sentence for what it does not know. */
export function startOptions(args: readonly string[], cwd: string): StartOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      desktop: { type: 'boolean', default: false },
      server: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      port: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length > 1) throw new Error(`One folder at most can be opened, not ${positionals.join(' ')}.`);
  if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) throw new Error(`${values.port} is no port.`);
  const [folder] = positionals;
  return {
    demo: values.demo,
    code: values.desktop ? 'desktop' : values.server ? 'server' : 'any',
    port: values.port === undefined ? undefined : Number(values.port),
    folder: folder === undefined ? undefined : path.resolve(cwd, folder),
  };
}
