import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';
import { type ClaudeOptions, interactiveCommand } from './commandLine.ts';
import { keepProjectStatusLine } from './projectStatusLine.ts';

const script = `${places.tools}/tui.sh`;
/** Before anybody looks; the first viewer's own size takes its place. */
const firstSize = { cols: 120, rows: 32 };
const askTimeout = 30_000;
/** Bytes of a prompt that can be an argument; Linux takes 128 KiB, and Claude needs the rest of the line as well. */
const maxArgument = 100 * 1024;
const promptFile = `${places.claude}/run/tui/long-prompt.md`;

/** Shows the terminal interface in a TTY exec; whoever was attached before is detached. */
export const attachCommand = (): readonly [string, ...string[]] => [
  'env',
  'TERM=xterm-256color',
  'COLORTERM=truecolor',
  ...['tmux', '-u', '-L', 'flotilla', '-f', `${places.tools}/tmux.conf`, 'attach', '-d', '-t', 'claude:'],
];

/** Claude Code's own terminal interface, kept by tmux inside the environment while nobody looks and when the engine ends. */
export class Tui {
  readonly #environment: Environment;

  private constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Rejects with `image-lacks` where there is no tmux, with `not-in-this-state` when one runs already, with `claude-failed` otherwise. */
  static async start(environment: Environment, options: ClaudeOptions, signal?: AbortSignal): Promise<Tui> {
    const tui = new Tui(environment);
    const { workspaceFolder } = options;
    await keepProjectStatusLine(environment, workspaceFolder, signal);
    const input = await tui.#prompt(options.prompt, signal);
    const size = [String(firstSize.cols), String(firstSize.rows)];
    const claude = interactiveCommand(options);
    const command = ['sh', script, 'start', ...size, workspaceFolder, '--', ...claude] as const;
    const { exitCode, stderr } = await environment.run({ command, cwd: workspaceFolder, input }, signal);
    if (exitCode === 0) return tui;
    throwIfCancelled(signal, 'Starting Claude');
    throw startError(exitCode, stderr);
  }

  static reopen(environment: Environment): Tui {
    return new Tui(environment);
  }

  async #prompt(text: string, signal?: AbortSignal): Promise<string> {
    if (Buffer.byteLength(text) <= maxArgument) return text.replaceAll('\0', '');
    await this.#environment.writeFiles([{ path: promptFile, content: text }], signal);
    return `Your task is in the file ${promptFile}. Read all of it, then do it.`;
  }

  /** Enters a text as if typed, and Enter. Right only while Claude waits for a prompt. Rejects with `not-in-this-state` when Claude is gone. */
  async paste(text: string, signal?: AbortSignal): Promise<void> {
    // An escape character could end the paste and type keys.
    const input = text.replace(/[^\P{Cc}\n\t]/gu, '');
    const { exitCode } = await this.#ask('paste', signal ?? AbortSignal.timeout(askTimeout), input);
    if (exitCode === 0) return;
    throwIfCancelled(signal, 'Sending to Claude');
    throw new FlotillaError(
      'not-in-this-state',
      'Claude is not running any more. Resume the session to send it something.',
    );
  }

  async alive(signal?: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#ask('state', signal);
    return stdout.toString('utf8').trim() === 'running';
  }

  /** Ends Claude: politely, and after five seconds by force. Harmless when it has ended. */
  async stop(): Promise<void> {
    await this.#ask('stop', AbortSignal.timeout(askTimeout));
  }

  #ask(what: 'paste' | 'state' | 'stop', signal?: AbortSignal, input?: string): ReturnType<Environment['run']> {
    return this.#environment.run({ command: ['sh', script, what], cwd: '/', input }, signal);
  }
}

function startError(exitCode: number | undefined, stderr: string): FlotillaError {
  if (exitCode === 69)
    return new FlotillaError(
      'image-lacks',
      'The image has no tmux, which an interactive session needs. Use an image with tmux, or let the session run by itself.',
    );
  if (exitCode === 75) return new FlotillaError('not-in-this-state', "The session's Claude is running already.");
  return new FlotillaError(
    'claude-failed',
    'Claude could not be started in its environment. Start the session again.',
    {
      detail: `tui.sh ended with ${exitCode ?? 'no exit code'}: ${stderr.slice(-2000)}`,
    },
  );
}
