import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type ITerminalOptions, Terminal } from '@xterm/xterm';
import type { TerminalLook } from '../../protocol/panel.ts';
import type { TerminalSize } from '../../protocol/terminal.ts';
import { keyOwner } from './keys.ts';
import type { searchAddon, webglAddon } from './lateAddons.ts';
import { loadAddons } from './loadAddons.ts';
import { silenceQueries } from './silenceQueries.ts';
import { terminalTheme } from './terminalTheme.ts';

type SearchAddon = ReturnType<typeof searchAddon>;
type WebglAddon = ReturnType<typeof webglAddon>;

export interface ScreenHandlers {
  typed(data: string, encoding: 'utf8' | 'latin1'): void;
  copy(text: string): void;
  find(): void;
  openLink(url: string): void;
  clipboardWrite(text: string): void;
  focused(): void;
}

const limits = { cols: [2, 1000], rows: [1, 1000] } as const;
const webglAfterMs = 500;
/** A line end inside a prompt: Esc, then Enter. */
const newLine = '\x1b\r';

/** xterm.js with its addons, as VS Code's own terminal looks. It is only a picture: the engine's screen is the truth. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #handlers: ScreenHandlers;
  readonly #container: HTMLElement;
  #search: Promise<SearchAddon> | undefined;
  #wantsWebgl = false;
  #webgl: WebglAddon | undefined;
  #hasLostWebgl = false;
  #renderer: ReturnType<typeof setTimeout> | undefined;
  #look: TerminalLook;

  constructor(container: HTMLElement, look: TerminalLook, handlers: ScreenHandlers) {
    this.#container = container;
    this.#look = look;
    this.#handlers = handlers;
    this.#terminal = new Terminal({
      ...optionsOf(look),
      allowProposedApi: true,
      logLevel: 'off',
      linkHandler: {
        activate: (event, url) => {
          this.#follow(event, url);
        },
        hover: (_event, url) => {
          this.#hover(url);
        },
        leave: () => {
          this.#hover(undefined);
        },
      },
    });
    this.#load();
    this.#listen();
  }

  get size(): TerminalSize {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** The size that fits the room there is; `undefined` while it is not on show. */
  get fittingSize(): TerminalSize | undefined {
    const size = this.#fit.proposeDimensions();
    if (size === undefined || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return undefined;
    return { cols: within(size.cols, limits.cols), rows: within(size.rows, limits.rows) };
  }

  /** Takes bytes in, in order; `shown` is called when they are on the screen. */
  write(bytes: Uint8Array, shown: () => void): void {
    this.#terminal.write(bytes, shown);
  }

  /** Empties the screen and gives it a size, after all that was written before and before all that comes after. */
  reset(size: TerminalSize): void {
    this.#terminal.write('\x1bc', () => {
      this.resize(size);
    });
  }

  resize({ cols, rows }: TerminalSize): void {
    if (cols !== this.#terminal.cols || rows !== this.#terminal.rows) this.#terminal.resize(cols, rows);
  }

  /** Takes over another viewer's size, after all that was written before. */
  follow(size: TerminalSize, done: () => void): void {
    this.#terminal.write('', () => {
      this.resize(size);
      done();
    });
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Takes over another look, or the present one in another theme. */
  restyle(look: TerminalLook = this.#look): void {
    this.#look = look;
    Object.assign(this.#terminal.options, optionsOf(look));
    this.#chooseRenderer();
  }

  /** Looks for a text; an empty one ends the search. */
  async find(text: string, backwards: boolean): Promise<void> {
    this.#search ??= this.#makeSearch();
    const search = await this.#search;
    if (text === '') search.clearDecorations();
    else if (backwards) search.findPrevious(text);
    else search.findNext(text, { incremental: false });
  }

  async #makeSearch(): Promise<SearchAddon> {
    const search = (await loadAddons()).searchAddon();
    this.#terminal.loadAddon(search);
    return search;
  }

  #load(): void {
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = '11';
    terminal.loadAddon(
      new WebLinksAddon((event, url) => this.#follow(event, url), {
        hover: (_event, url) => this.#hover(url),
        leave: () => this.#hover(undefined),
      }),
    );
    silenceQueries(terminal, (text) => this.#handlers.clipboardWrite(text));
    terminal.open(this.#container);
    this.#chooseRenderer();
  }

  #listen(): void {
    const terminal = this.#terminal;
    terminal.onData((data) => this.#handlers.typed(data, 'utf8'));
    terminal.onBinary((data) => this.#handlers.typed(data, 'latin1'));
    terminal.textarea?.addEventListener('focus', () => this.#handlers.focused());
    terminal.attachCustomKeyEventHandler((event) => this.#isProgramKey(event));
  }

  #isProgramKey(event: KeyboardEvent): boolean {
    const owner = keyOwner(event, this.#terminal.hasSelection());
    if (owner === 'program') return true;
    if (owner === 'window') return false;
    event.preventDefault();
    event.stopPropagation();
    if (event.type !== 'keydown') return false;
    if (owner === 'copy') this.#copy();
    else if (owner === 'find') this.#handlers.find();
    else this.#handlers.typed(newLine, 'utf8');
    return false;
  }

  #copy(): void {
    const text = this.#terminal.getSelection();
    if (text !== '') this.#handlers.copy(text);
    this.#terminal.clearSelection();
  }

  /** What a program shows as a link may lie: a plain click does nothing, and the tip says where it leads. */
  #follow(event: MouseEvent, url: string): void {
    if (this.#look.links && (event.ctrlKey || event.metaKey)) this.#handlers.openLink(url);
  }

  #hover(url: string | undefined): void {
    const isShown = url !== undefined && this.#look.links;
    this.#container.title = isShown ? `${url.slice(0, 500)} (Ctrl or Cmd and click to open)` : '';
  }

  /** WebGL draws faster, but the first picture is there sooner without it. */
  #chooseRenderer(): void {
    clearTimeout(this.#renderer);
    this.#wantsWebgl = this.#look.webgl && !isRead(this.#look, document.body.classList);
    if (this.#wantsWebgl) this.#renderer = setTimeout(() => void this.#useWebgl(), webglAfterMs);
    else this.#leaveWebgl();
  }

  async #useWebgl(): Promise<void> {
    const addons = await loadAddons();
    if (this.#webgl !== undefined || this.#hasLostWebgl || !this.#wantsWebgl) return;
    try {
      const webgl = addons.webglAddon();
      webgl.onContextLoss(() => {
        this.#hasLostWebgl = true;
        this.#leaveWebgl();
      });
      this.#terminal.loadAddon(webgl);
      this.#webgl = webgl;
    } catch {
      // There is no WebGL here: the page's elements draw the screen.
      this.#hasLostWebgl = true;
    }
  }

  #leaveWebgl(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
  }
}

const within = (value: number, [least, most]: readonly [number, number]): number =>
  Math.min(Math.max(Math.floor(value), least), most);

function optionsOf(look: TerminalLook): ITerminalOptions {
  const style = getComputedStyle(document.documentElement);
  const { classList } = document.body;
  return {
    fontFamily: look.fontFamily,
    fontSize: look.fontSize,
    fontWeight: weightOf(look.fontWeight),
    fontWeightBold: weightOf(look.fontWeightBold),
    lineHeight: look.lineHeight,
    letterSpacing: look.letterSpacing,
    cursorStyle: look.cursorStyle,
    cursorBlink: look.cursorBlink && !classList.contains('vscode-reduce-motion'),
    minimumContrastRatio: classList.contains('vscode-high-contrast') ? 7 : look.minimumContrastRatio,
    drawBoldTextInBrightColors: look.drawBoldTextInBrightColors,
    macOptionIsMeta: look.macOptionIsMeta,
    scrollback: look.scrollback,
    screenReaderMode: isRead(look, classList),
    theme: terminalTheme((name) => style.getPropertyValue(name)),
  };
}

const isRead = ({ screenReader }: TerminalLook, classes: DOMTokenList): boolean =>
  screenReader === 'on' || (screenReader === 'auto' && classes.contains('vscode-using-screen-reader'));

const weightOf = (weight: string): 'normal' | 'bold' | number =>
  weight === 'normal' || weight === 'bold' ? weight : Number(weight) || 'normal';
