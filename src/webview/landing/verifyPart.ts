import type { Landing } from '../../protocol/landing.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';
import { type Child, element, fill, icon } from '../dom.ts';

type Verify = NonNullable<Landing['verify']>;

/** Characters of output that are kept and shown. */
const longestOutput = 64 * 1024;
/** Closer than this to the end, in pixels, the output follows what comes. */
const nearEnd = 40;

const looks: Readonly<Record<Verify['outcome'], { icon: string; tone: string; words: string }>> = {
  running: { icon: 'loading', tone: 'active', words: 'running' },
  passed: { icon: 'pass', tone: 'good', words: 'passed' },
  failed: { icon: 'error', tone: 'bad', words: 'failed' },
  'timed-out': { icon: 'watch', tone: 'bad', words: 'took too long' },
  cancelled: { icon: 'circle-slash', tone: 'quiet', words: 'cancelled' },
};

/** What was verified, and how that went. */
export function verifyHead({ command, outcome, exitCode, startedAt, endedAt, commit, uncommitted }: Verify): Child[] {
  const { icon: name, tone, words } = looks[outcome];
  const code = outcome === 'failed' && exitCode !== undefined ? ` with exit code ${exitCode}` : '';
  const took = endedAt === undefined ? '' : `, ${seconds(Date.parse(endedAt) - Date.parse(startedAt))}`;
  return [
    element('span', { class: `tone-${tone}` }, icon(name, outcome === 'running')),
    element('code', { class: 'verify-command' }, command),
    element('span', {}, `${words}${code}${took}, on ${commit.slice(0, 8)}${besideText(uncommitted)}`),
  ];
}

/** What was not committed was there too, and may have made the difference. */
const besideText = (uncommitted = 0): string =>
  uncommitted === 0 ? '' : ` with ${uncommitted} uncommitted ${uncommitted === 1 ? 'file' : 'files'}`;

const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;

/** The end of what the verification wrote, which grows while it runs. */
export class VerifyOutput {
  readonly root = element('pre', {
    class: 'verify-output',
    attributes: { tabindex: '0', role: 'region', 'aria-label': 'Output of the verification' },
  });
  #raw = '';
  #isDrawing = false;

  /** What is known now takes the place of all before. */
  set(raw: string): void {
    if (raw === this.#raw) return;
    this.#raw = raw.slice(-longestOutput);
    this.#draw();
  }

  add(raw: string): void {
    this.set(this.#raw + raw);
  }

  /** Once a frame, however fast it comes. */
  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      const { scrollTop, scrollHeight, clientHeight } = this.root;
      const follows = scrollHeight - scrollTop - clientHeight < nearEnd;
      const text = plainOutput(this.#raw);
      this.root.hidden = text.trim() === '';
      fill(this.root, text);
      if (follows) this.root.scrollTop = this.root.scrollHeight;
    });
  }
}
