import type { TerminalMessage } from '../../../src/protocol/terminal.ts';
import { HeadlessScreen } from '../../../src/engine/terminal/headlessScreen.ts';
import type { Viewer } from '../../../src/engine/terminal/viewer.ts';

/** A viewer that records what it gets and shows it on a terminal of its own, reset at each snapshot as a real viewer does. */
export class FakeViewer implements Viewer {
  readonly messages: TerminalMessage[] = [];
  received = Buffer.alloc(0);
  screen = new HeadlessScreen({ cols: 80, rows: 24 }, () => undefined);

  message(message: TerminalMessage): void {
    this.messages.push(message);
    if (message.type === 'snapshot') {
      this.screen.close();
      this.screen = new HeadlessScreen(message.size, () => undefined);
    }
    if (message.type === 'size') this.screen.resize(message.size);
  }

  bytes(chunk: Uint8Array): void {
    this.received = Buffer.concat([this.received, chunk]);
    this.screen.write(chunk, () => undefined);
  }

  text(): string {
    return this.received.toString('utf8');
  }

  /** The lines that its terminal shows, once all is parsed. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => {
      this.screen.write(new Uint8Array(), resolve);
    });
    return this.screen.text();
  }
}
