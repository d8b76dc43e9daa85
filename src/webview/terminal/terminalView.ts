import type { PanelAction, PanelMessage, PanelUpdate, TerminalLook } from '../../protocol/panel.ts';
import type { Session } from '../../protocol/session.ts';
import type { TerminalSize } from '../../protocol/terminal.ts';
import { element, fill } from '../dom.ts';
import { Acknowledger } from './acknowledger.ts';
import { FindBar } from './findBar.ts';
import { inputPieces } from './inputPieces.ts';
import { NoTerminal } from './noTerminal.ts';
import { Screen } from './screen.ts';

type UpdateOf<T extends PanelUpdate['type']> = Extract<PanelUpdate, { type: T }>;

/**
 * The live terminal of a session. The viewer with the focus owns the terminal's size; while another one does, this shows that size and
 * offers to take it over.
 */
export class TerminalView {
  readonly root = element('div', { class: 'terminal' });
  readonly #container = element('div', { class: 'screen' });
  readonly #off: NoTerminal;
  readonly #foreignSize = element('div', { class: 'foreign-size' });
  readonly #findBar: FindBar;
  readonly #post: (message: PanelMessage) => void;
  readonly #acknowledger: Acknowledger;
  #look: TerminalLook | undefined;
  #screen: Screen | undefined;
  /** Below 0 while there is none. */
  #stream = -1;
  /** What is typed goes nowhere; while an engine is looked for, it waits for it. */
  #isRefused = false;
  #ownsSize = false;
  /** Set between a snapshot and its bytes. */
  #awaitsPicture = false;
  #claims = false;
  #isShown = false;

  constructor(post: (message: PanelMessage) => void) {
    this.#post = post;
    this.#acknowledger = new Acknowledger((stream, bytes) => {
      post({ type: 'ack', stream, bytes });
    });
    this.#findBar = new FindBar({
      find: (text, backwards) => void this.#screen?.find(text, backwards),
      closed: () => this.#screen?.focus(),
    });
    this.#off = new NoTerminal((action) => {
      post({ type: 'action', action });
    });
    this.#foreignSize.hidden = true;
    this.root.append(this.#findBar.root, this.#container, this.#off.root, this.#foreignSize);
    new ResizeObserver(() => {
      this.#refit();
    }).observe(this.#container);
  }

  /** Says whether it is on show. It streams only meanwhile. */
  setShown(isShown: boolean): void {
    if (isShown === this.#isShown) return;
    this.#isShown = isShown;
    this.#begin();
    this.#post({ type: 'showTerminal', shown: isShown });
  }

  focus(): void {
    this.#screen?.focus();
  }

  restyle(look = this.#look): void {
    this.#look = look;
    this.#begin();
    this.#screen?.restyle(look);
    this.#refit();
  }

  snapshot({ stream, size, active }: UpdateOf<'terminalSnapshot'>): void {
    this.#stream = stream;
    this.#isRefused = false;
    this.#off.hide();
    this.#ownsSize = false;
    this.#awaitsPicture = true;
    this.#claims = active || document.hasFocus();
    this.#screen?.reset(size);
  }

  bytes({ stream, bytes }: UpdateOf<'terminalBytes'>): void {
    if (stream !== this.#stream) return;
    const isPicture = this.#awaitsPicture;
    const claims = isPicture && this.#claims;
    this.#awaitsPicture = false;
    this.#screen?.write(bytes, () => {
      this.#acknowledger.shown(stream, bytes.length);
      if (isPicture) this.#pictured(claims);
    });
  }

  size({ stream, size }: UpdateOf<'terminalSize'>): void {
    if (stream !== this.#stream) return;
    this.#ownsSize = false;
    this.#screen?.follow(size, () => {
      if (!this.#ownsSize) this.#showForeignSize();
    });
  }

  off({ message, isConnecting }: UpdateOf<'terminalOff'>): void {
    this.#stream = -1;
    this.#isRefused = !isConnecting;
    this.#ownsSize = false;
    this.#off.show(message, isConnecting);
    this.#foreignSize.hidden = true;
  }

  /** What is known of the session says best why it has no terminal. */
  describe(session: Session | undefined, actions: readonly PanelAction[]): void {
    this.#off.describe(session, actions);
  }

  /** The screen is made when it is first on show: a terminal can't measure itself before. */
  #begin(): void {
    if (this.#screen !== undefined || !this.#isShown || this.#look === undefined) return;
    this.#screen = new Screen(this.#container, this.#look, {
      typed: (data, encoding) => {
        this.#type(data, encoding);
      },
      copy: (text) => void this.#copy(text),
      find: () => this.#findBar.open(),
      openLink: (url) => {
        this.#post({ type: 'openLink', url: url.slice(0, 2048) });
      },
      clipboardWrite: (text) => {
        this.#post({ type: 'clipboardWrite', text });
      },
      focused: () => this.#claimSize(),
    });
  }

  #type(data: string, encoding: 'utf8' | 'latin1'): void {
    if (this.#isRefused) return;
    for (const piece of inputPieces(data)) this.#post({ type: 'input', data: piece, encoding });
  }

  /** The page may write to the clipboard while it has the focus; where it may not, the extension can. */
  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.#post({ type: 'copy', text: text.slice(0, 4_000_000) });
    }
  }

  /** The whole screen is there. */
  #pictured(claims: boolean): void {
    performance.mark('flotilla:screen');
    if (claims) this.#claimSize();
    else if (!this.#ownsSize) this.#showForeignSize();
  }

  #claimSize(): void {
    const size = this.#screen?.fittingSize;
    if (size === undefined || this.#stream < 0) return;
    if (!this.#ownsSize) this.#post({ type: 'focus', size });
    this.#ownsSize = true;
    this.#foreignSize.hidden = true;
    this.#give(size, false);
  }

  #refit(): void {
    const size = this.#screen?.fittingSize;
    if (size !== undefined && this.#ownsSize) this.#give(size, true);
  }

  #give(size: TerminalSize, tells: boolean): void {
    const before = this.#screen?.size;
    if (before?.cols === size.cols && before.rows === size.rows) return;
    this.#screen?.resize(size);
    if (tells) this.#post({ type: 'resize', size });
  }

  #showForeignSize(): void {
    const { size, fittingSize } = this.#screen ?? {};
    this.#foreignSize.hidden = size === undefined || isSameSize(size, fittingSize);
    if (size === undefined || this.#foreignSize.hidden) return;
    const onClick = (): void => {
      this.#claimSize();
      this.#screen?.focus();
    };
    const take = element('button', { class: 'link', onClick }, 'Fit it to this one');
    fill(this.#foreignSize, `Sized for another window (${size.cols} × ${size.rows}). `, take);
  }
}

const isSameSize = (one: TerminalSize, other: TerminalSize | undefined): boolean =>
  one.cols === other?.cols && one.rows === other.rows;
