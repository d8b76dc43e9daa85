import { randomBytes, randomUUID } from 'node:crypto';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';
import { type ClaudeOptions, interactiveCommand } from './commandLine.ts';
import { keepProjectStatusLine } from './projectStatusLine.ts';
import { requireEnded } from './requireEnded.ts';
import { type StartState, readStartState } from './startState.ts';

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

/** A text that the terminal interface takes for a command, of which no hook tells. */
export const isCommand = (text: string): boolean => /^[/!#]/.test(text);

/** Claude Code's own terminal interface, kept by tmux inside the environment while nobody looks and when the engine ends. */
export class Tui {
  /** The name of the start; unknown where it is only looked for. */
  readonly id: string | undefined;
  readonly #environment: Environment;

  private constructor(environment: Environment, id: string | undefined) {
    this.#environment = environment;
    this.id = id;
  }

  static newId(): string {
    return `t${randomBytes(8).toString('hex')}`;
  }

  /**
   * A start of this id that was made before is left as it is, whatever became of it: who is cut off may ask again. Rejects with
   * `image-lacks` where there is no tmux, with `not-in-this-state` when another one runs, with `claude-failed` otherwise.
   */
  static async start(
    environment: Environment,
    options: ClaudeOptions,
    { id = Tui.newId(), signal }: { readonly id?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Tui> {
    const tui = new Tui(environment, id);
    const { workspaceFolder } = options;
    await keepProjectStatusLine(environment, workspaceFolder, signal);
    const input = Buffer.from(await tui.#prompt(options.prompt, signal));
    const size = [String(firstSize.cols), String(firstSize.rows)];
    const claude = interactiveCommand(options);
    const how = [id, String(input.length), ...size, workspaceFolder] as const;
    const command = ['sh', script, 'start', ...how, '--', ...claude] as const;
    const { exitCode, stderr } = await environment.run({ command, cwd: workspaceFolder, input }, signal);
    if (exitCode === 0) return tui;
    throwIfCancelled(signal, 'Starting Claude');
    throw startError(exitCode, stderr);
  }

  static reopen(environment: Environment, id?: string): Tui {
    return new Tui(environment, id);
  }

  async #prompt(text: string, signal?: AbortSignal): Promise<string> {
    if (Buffer.byteLength(text) <= maxArgument) return text.replaceAll('\0', '');
    await this.#environment.writeFiles([{ path: promptFile, content: text }], signal);
    return `Your task is in the file ${promptFile}. Read all of it, then do it.`;
  }

  /**
   * Enters a text as if typed, and Enter. Right only while Claude waits for a prompt. What this Claude was given under its name before is
   * left out. Rejects with `not-in-this-state` when Claude is gone.
   */
  async paste(text: string, how: { readonly name?: string; readonly signal?: AbortSignal } = {}): Promise<void> {
    // An escape character could end the paste and type keys.
    const input = Buffer.from(text.replace(/[^\P{Cc}\n\t]/gu, ''));
    const words = ['paste', how.name ?? randomUUID(), String(input.length)] as const;
    const { exitCode } = await this.#ask(words, how.signal ?? AbortSignal.timeout(askTimeout), input);
    if (exitCode === 0) return;
    throwIfCancelled(how.signal, 'Sending to Claude');
    throw new FlotillaError(
      'not-in-this-state',
      'Claude is not running any more. Resume the session to send it something.',
    );
  }

  /** What became of a text of this name: `entered` when nobody saw whether Claude took it up. */
  async pasted(name: string, signal?: AbortSignal): Promise<'none' | 'entered' | 'taken'> {
    const said = (await this.#ask(['pasted', name], signal)).stdout.toString('utf8').trim();
    return said === 'taken' || said === 'none' ? said : 'entered';
  }

  async alive(signal?: AbortSignal): Promise<boolean> {
    return readStartState(await this.#ask(['state'], signal)) === 'running';
  }

  /** What became of the start of this id. Rejects when the environment does not say. */
  async state(signal?: AbortSignal): Promise<StartState> {
    return readStartState(await this.#ask(['state', ...(this.id === undefined ? [] : [this.id])], signal));
  }

  /**
   * Ends Claude: politely, and after five seconds by force. Harmless when it has ended. Rejects with `claude-failed` when that can't be
   * done, for want of processes for example.
   */
  async stop(): Promise<void> {
    requireEnded('tui.sh', await this.#ask(['stop'], AbortSignal.timeout(askTimeout)));
  }

  #ask(words: readonly string[], signal?: AbortSignal, input?: Buffer): ReturnType<Environment['run']> {
    return this.#environment.run({ command: ['sh', script, ...words], cwd: '/', input }, signal);
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
