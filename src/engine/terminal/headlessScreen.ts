import serialize from '@xterm/addon-serialize';
import unicode11 from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import type { TerminalSize } from '../../protocol/terminal.ts';
import type { Closable } from '../base/lifecycle.ts';
import { withVisibleCells } from './visibleCells.ts';

/** Lines kept above the screen. Full-screen programs such as Claude's own have none. */
const scrollback = 1000;
/** A snapshot longer than this is taken again without the lines above the screen, in bytes. */
const maxSnapshot = 2 * 1024 * 1024;
const mouseEncodings = [1005, 1006, 1015, 1016];
const alternateBuffers = [47, 1047, 1049];
const maxTitle = 200;

interface Region {
  readonly top: number;
  readonly bottom: number;
}

/**
 * The truth about a session's screen: a terminal without a display. It answers the program's queries, and says at any time which bytes
 * bring a new terminal of the same size to the same picture and modes. The one door to xterm's packages.
 */
export class HeadlessScreen implements Closable {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #serializer = new serialize.SerializeAddon();
  /** What the serialiser leaves out. */
  readonly #regions = new Map<'normal' | 'alternate', Region>();
  #mouseEncoding: number | undefined;
  #cursorHidden = false;
  #cursorStyle = 0;
  #keyModifiers: string | undefined;
  #title = '';

  constructor(size: TerminalSize, answer: (text: string) => void) {
    this.#terminal = new headless.Terminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
    this.#terminal.loadAddon(withVisibleCells(this.#serializer));
    // Emoji are two cells wide, as for tmux inside and for the terminals of viewers.
    this.#terminal.loadAddon(new unicode11.Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.onData(answer);
    this.#terminal.onTitleChange((title) => {
      this.#title = title.replace(/\p{C}/gu, '').slice(0, maxTitle);
    });
    this.#listen();
  }

  get size(): TerminalSize {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Takes bytes in; `parsed` is called in the very turn in which the screen has come to show them. */
  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, parsed);
  }

  /** Somebody typed: what is written next is likely its echo, and is parsed in the very turn instead of after a timer of xterm's. */
  expectEcho(): void {
    this.#terminal.input('', true);
  }

  resize(size: TerminalSize): void {
    this.#terminal.resize(size.cols, size.rows);
    this.#regions.clear();
  }

  /** The lines of the screen as text, without trailing blanks. */
  text(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      return buffer.getLine(buffer.baseY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '';
    });
  }

  /** Where the cursor is, counted from 0. */
  cursor(): { readonly x: number; readonly y: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { x: cursorX, y: cursorY };
  }

  /** The bytes that give a freshly reset terminal of this size the same content, cursor and modes. */
  snapshot(): Uint8Array {
    const full = Buffer.from(this.#serializer.serialize({ excludeModes: true }) + this.#modes());
    if (full.length <= maxSnapshot) return full;
    return Buffer.from(this.#serializer.serialize({ excludeModes: true, scrollback: 0 }) + this.#modes());
  }

  close(): void {
    this.#terminal.dispose();
  }

  #modes(): string {
    const { modes } = this.#terminal;
    const mouse = { none: undefined, x10: 9, vt200: 1000, drag: 1002, any: 1003 }[modes.mouseTrackingMode];
    const privateModes: [boolean, number][] = [
      [modes.applicationCursorKeysMode, 1],
      [modes.applicationKeypadMode, 66],
      [modes.bracketedPasteMode, 2004],
      [modes.reverseWraparoundMode, 45],
      [modes.sendFocusMode, 1004],
    ];
    return [
      ...privateModes.filter(([on]) => on).map(([, mode]) => `\x1b[?${mode}h`),
      modes.insertMode ? '\x1b[4h' : '',
      modes.wraparoundMode ? '' : '\x1b[?7l',
      mouse === undefined ? '' : `\x1b[?${mouse}h`,
      this.#mouseEncoding === undefined ? '' : `\x1b[?${this.#mouseEncoding}h`,
      this.#keyModifiers === undefined ? '' : `\x1b[>${this.#keyModifiers}m`,
      this.#cursorStyle === 0 ? '' : `\x1b[${this.#cursorStyle} q`,
      this.#title === '' ? '' : `\x1b]2;${this.#title}\x07`,
      this.#margins(),
      this.#cursorHidden ? '\x1b[?25l' : '',
    ].join('');
  }

  /** Margins and origin mode move the cursor home, so it is put back after them. */
  #margins(): string {
    const region = this.#regions.get(this.#terminal.buffer.active.type);
    const { originMode } = this.#terminal.modes;
    if (region === undefined && !originMode) return '';
    const { x, y } = this.cursor();
    const margins = region === undefined ? '' : `\x1b[${region.top};${region.bottom}r`;
    const row = originMode ? y + 2 - (region?.top ?? 1) : y + 1;
    return `${margins}${originMode ? '\x1b[?6h' : ''}\x1b[${row};${Math.min(x + 1, this.#terminal.cols)}H`;
  }

  #listen(): void {
    const { parser } = this.#terminal;
    // Each handler only looks on: `false` lets the terminal's own one do the work.
    const seen = (look: () => void): false => {
      look();
      return false;
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (modes) => seen(() => this.#set(modes.flat(), true)));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => seen(() => this.#set(modes.flat(), false)));
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ([style]) =>
      seen(() => (this.#cursorStyle = typeof style === 'number' && style < 7 ? style : 0)),
    );
    parser.registerCsiHandler({ prefix: '>', final: 'm' }, (keys) =>
      seen(() => (this.#keyModifiers = keys.flat().slice(0, 2).join(';'))),
    );
    parser.registerCsiHandler({ final: 'r' }, (margins) => seen(() => this.#setRegion(margins.flat())));
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => seen(() => this.#softReset()));
    parser.registerEscHandler({ final: 'c' }, () => seen(() => this.#reset()));
    // Links are not shown by this screen, and each would be kept in memory with an address of any length.
    parser.registerOscHandler(8, () => true);
  }

  #set(modes: readonly number[], on: boolean): void {
    for (const mode of modes) {
      if (mouseEncodings.includes(mode)) this.#mouseEncoding = on ? mode : undefined;
      if (mode === 25) this.#cursorHidden = !on;
      if (alternateBuffers.includes(mode) && !on) this.#regions.delete('alternate');
    }
  }

  #setRegion([first = 0, last = 0]: readonly number[]): void {
    const { rows, buffer } = this.#terminal;
    const top = Math.max(first, 1);
    const bottom = last === 0 || last > rows ? rows : last;
    if (bottom <= top) return;
    if (top === 1 && bottom === rows) this.#regions.delete(buffer.active.type);
    else this.#regions.set(buffer.active.type, { top, bottom });
  }

  #softReset(): void {
    this.#cursorHidden = false;
    this.#regions.delete(this.#terminal.buffer.active.type);
  }

  #reset(): void {
    this.#regions.clear();
    this.#mouseEncoding = undefined;
    this.#cursorHidden = false;
    this.#cursorStyle = 0;
    this.#keyModifiers = undefined;
  }
}
