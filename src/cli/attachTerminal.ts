import type { TerminalSize } from '../protocol/terminal.ts';
import type { Session } from '../protocol/session.ts';
import { CliError } from './cliError.ts';
import type { CliContext } from './context.ts';
import type { Engine, TerminalLink } from './engineDoor.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { RawTerminal } from './rawTerminal.ts';
import { cleanText } from './cleanText.ts';
import { terminalFilter } from '../client/terminalFilter.ts';

/** Ctrl-] as terminals send it: plain, and in the two extended encodings that a program can switch on. */
const detachKeys = /\x1d|\x1b\[93;5u|\x1b\[27;5;93~/;

type End = { readonly why: 'detached' } | { readonly why: 'ended'; readonly message: string };

/**
 * Shows a session's live terminal in the user's own until the user detaches or the session's ends. The user's terminal is as it was
 * before in every way out.
 * @throws CliError `invalid-input` where there is no terminal.
 */
export async function attachTerminal(context: CliContext, engine: Engine, session: Session): Promise<ExitCode> {
  const { stdin, stdout, output } = context;
  if (stdin.isTTY !== true || stdout.isTTY !== true || stdin.setRawMode === undefined)
    throw new CliError(
      'invalid-input',
      'Attaching needs a terminal. Elsewhere use flotilla logs -f and flotilla send.',
    );
  const terminal = new RawTerminal(stdin, stdout);
  const over = Promise.withResolvers<End>();
  try {
    const end = await show(engine, session, terminal, over);
    terminal.close();
    output.hint(end.why === 'detached' ? backAgain(session) : cleanText(end.message));
    return exitCodes.ok;
  } finally {
    terminal.close();
  }
}

const backAgain = ({ id }: Session): string => `Detached; the session goes on. Come back: flotilla attach ${id}`;

async function show(
  engine: Engine,
  { id }: Session,
  terminal: RawTerminal,
  over: PromiseWithResolvers<End>,
): Promise<End> {
  // Bytes come before the link is known: they are acknowledged as soon as it is.
  const state: { link?: TerminalLink; taken: number } = { taken: 0 };
  const acknowledge = (): void => {
    if (state.link === undefined || state.taken === 0) return;
    state.link.send({ type: 'ack', bytes: state.taken });
    state.taken = 0;
  };
  const link = await engine.terminal(id, {
    message: (message) => {
      if (message.type === 'snapshot') terminal.reset();
      if (message.type === 'ended') over.resolve({ why: 'ended', message: message.message });
    },
    bytes: (chunk) => {
      terminal.write(terminalFilter(chunk), () => {
        state.taken += chunk.length;
        acknowledge();
      });
    },
    closed: (error) => {
      if (error === undefined) over.resolve({ why: 'ended', message: 'The terminal has ended.' });
      else over.reject(error);
    },
  });
  state.link = link;
  acknowledge();
  const stop = connectKeys(terminal, link, () => over.resolve({ why: 'detached' }));
  try {
    return await over.promise;
  } finally {
    stop();
    link.close();
  }
}

/** Keys and size go to the session; the detach key comes back. */
function connectKeys(terminal: RawTerminal, link: TerminalLink, detach: () => void): () => void {
  const claim = (size: TerminalSize): void => link.send({ type: 'focus', size });
  claim(terminal.size);
  return terminal.listen({
    typed: (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      const key = detachKeys.exec(text);
      const before = key === null ? text : text.slice(0, key.index);
      if (before !== '') link.input(Buffer.from(before, 'latin1'));
      if (key !== null) detach();
    },
    resized: claim,
    gone: detach,
  });
}
