import type { TerminalSize, ViewerMessage } from '../../protocol/terminal.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Exec } from '../runtime/contract.ts';
import { HeadlessScreen } from './headlessScreen.ts';
import { InputFilter } from './inputFilter.ts';
import { StreamCutter } from './streamCutter.ts';
import type { Viewer, ViewerHandle } from './viewer.ts';
import { ViewerPost } from './viewerPost.ts';

/** Bytes that are parsed in one go. */
const pieceBytes = 64 * 1024;
/** Input that the environment has not read yet; what comes on top is dropped, in bytes. */
const maxPendingInput = 1024 * 1024;

export interface LiveTerminalOptions {
  readonly exec: Exec;
  readonly size: TerminalSize;
  readonly log: Log;
  /** The last viewer left. */
  readonly onIdle: () => void;
  /** The stream is over, whoever ended it. */
  readonly onEnd: () => void;
}

/** One attach stream of a session, with its screen and everybody who looks at it. */
export class LiveTerminal {
  readonly #exec: Exec;
  readonly #log: Log;
  readonly #screen: HeadlessScreen;
  readonly #cutter = new StreamCutter();
  readonly #posts = new Set<ViewerPost>();
  readonly #onIdle: () => void;
  readonly #onEnd: () => void;
  /** The viewer that had the focus last: the terminal has its size. */
  #owner: ViewerPost | undefined;
  #wantedSize: TerminalSize | undefined;
  #resizing = false;
  #ended = false;

  constructor(options: LiveTerminalOptions) {
    this.#exec = options.exec;
    this.#log = options.log;
    this.#onIdle = options.onIdle;
    this.#onEnd = options.onEnd;
    this.#screen = new HeadlessScreen(options.size, (text) => {
      this.#type(Buffer.from(text));
    });
    this.#exec.stdin.on('error', () => undefined);
    this.#exec.stderr.resume();
    void this.#follow();
  }

  get ended(): boolean {
    return this.#ended;
  }

  get size(): TerminalSize {
    return this.#screen.size;
  }

  get viewers(): number {
    return this.#posts.size;
  }

  add(viewer: Viewer): ViewerHandle {
    const post = new ViewerPost(viewer, () => ({ size: this.#screen.size, bytes: this.#screen.snapshot() }));
    const filter = new InputFilter();
    this.#posts.add(post);
    post.catchUp();
    return {
      input: (bytes) => {
        if (!this.#posts.has(post)) return;
        this.#type(filter.take(bytes, this.#owner === post));
        this.#screen.expectEcho();
      },
      receive: (message) => {
        if (this.#posts.has(post)) this.#receive(post, message);
      },
      close: () => {
        this.#remove(post);
      },
    };
  }

  /** Ends the stream and tells everybody why. The program inside goes on. */
  async end(message: string): Promise<void> {
    if (this.#ended) return;
    this.#finish(message);
    try {
      await this.#exec.kill();
    } catch (error) {
      this.#log.warn('the terminal stream could not be ended', { error: messageOf(error) });
    } finally {
      this.#exec.stdout.destroy();
    }
  }

  #finish(message: string): void {
    this.#ended = true;
    const posts = [...this.#posts];
    this.#posts.clear();
    this.#owner = undefined;
    for (const post of posts) this.#tell(() => post.ended(message));
    this.#onEnd();
    this.#screen.close();
  }

  /** Reads only as fast as the screen parses: the stream's own flow control does the rest. */
  async #follow(): Promise<void> {
    const message = 'The terminal has ended. Attach again to look whether the session goes on.';
    try {
      for await (const chunk of this.#exec.stdout as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length && !this.#ended; at += pieceBytes)
          await this.#show(this.#cutter.feed(chunk.subarray(at, at + pieceBytes)));
        if (this.#ended) return;
      }
      if (!this.#ended) this.#finish(message);
    } catch (error) {
      if (!this.#ended) this.#log.warn('the terminal stream broke', { error: messageOf(error) });
      // The program that draws may still be there, and nobody would see it.
      await this.end(message);
    }
  }

  #show(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#screen.write(bytes, () => {
        // In the turn of the parse: a viewer that comes before or after it gets these bytes once, in the snapshot or live.
        for (const post of this.#posts) this.#tell(() => post.output(bytes));
        resolve();
      });
    });
  }

  #type(bytes: Uint8Array): void {
    const { stdin } = this.#exec;
    if (bytes.length > 0 && stdin.writable && stdin.writableLength < maxPendingInput) stdin.write(bytes);
  }

  #receive(post: ViewerPost, message: ViewerMessage): void {
    switch (message.type) {
      case 'ack':
        this.#tell(() => post.acknowledge(message.bytes));
        return;
      case 'focus':
        this.#owner = post;
        this.#resize(message.size);
        return;
      case 'resize':
        if (this.#owner === post) this.#resize(message.size);
        return;
    }
  }

  #resize(size: TerminalSize): void {
    const { cols, rows } = this.#screen.size;
    if (size.cols === cols && size.rows === rows) return;
    this.#screen.resize(size);
    for (const post of this.#posts) if (post !== this.#owner) this.#tell(() => post.resized(size));
    this.#wantedSize = size;
    if (!this.#resizing) void this.#passSizeOn();
  }

  /** One resize at a time, and of those that came meanwhile only the last. */
  async #passSizeOn(): Promise<void> {
    this.#resizing = true;
    for (let size = this.#wantedSize; size !== undefined && !this.#ended; size = this.#wantedSize) {
      this.#wantedSize = undefined;
      try {
        await this.#exec.resize(size.cols, size.rows);
      } catch (error) {
        this.#log.debug('the terminal could not be resized', { error: messageOf(error) });
      }
    }
    this.#resizing = false;
  }

  #remove(post: ViewerPost): void {
    if (!this.#posts.delete(post)) return;
    if (this.#owner === post) this.#owner = undefined;
    if (this.#posts.size === 0) this.#onIdle();
  }

  /** A viewer that throws is its own affair: the others go on. */
  #tell(say: () => void): void {
    try {
      say();
    } catch (error) {
      this.#log.debug('a viewer failed', { error: messageOf(error) });
    }
  }
}
