import type { PassThrough } from 'node:stream';

/** A Claude under a supervisor that is only pretended: what it says and when it ends is up to the test. */
export class FakeClaude {
  readonly id: string;
  readonly heard: { readonly text: string; readonly uuid: string }[] = [];
  output = '';
  /** Its input has ended. */
  finished = false;
  exitCode: number | undefined;
  over = false;
  readonly #followers = new Set<PassThrough>();

  constructor(id: string) {
    this.id = id;
  }

  hear(input: string): void {
    for (const line of input.split('\n').filter((one) => one !== '')) {
      const { uuid, message } = JSON.parse(line) as { uuid: string; message: { content: unknown } };
      const { content } = message;
      const text = typeof content === 'string' ? content : (content as { text: string }[])[0]?.text;
      this.heard.push({ text: text ?? '', uuid });
    }
  }

  say(record: unknown): void {
    this.#write(`${JSON.stringify(record)}\n`);
  }

  /** Takes up the newest message, as Claude repeats it. */
  takeUp(message = this.heard.at(-1)): void {
    const { text = '', uuid } = message ?? {};
    this.say({ type: 'user', isReplay: true, uuid, message: { content: text } });
  }

  endTurn(text = 'Done.', isError = false): void {
    this.say({ type: 'result', subtype: 'success', is_error: isError, result: text, num_turns: 1 });
  }

  end(exitCode: number): void {
    this.#write(`${JSON.stringify({ type: 'flotilla_exit', code: exitCode })}\n`);
    this.exitCode = exitCode;
    this.over = true;
  }

  follow(offset: number, { stdout, stderr }: { stdout: PassThrough; stderr: PassThrough }): void {
    stdout.write(Buffer.from(this.output).subarray(offset));
    if (this.over) stderr.write(`end ${Buffer.byteLength(this.output)} ${this.exitCode ?? '-'}\n`);
    this.#followers.add(stdout);
  }

  #write(text: string): void {
    this.output += text;
    for (const stream of this.#followers) stream.write(text);
  }
}
