import { finished } from 'node:stream/promises';
import { Tail } from '../base/tail.ts';
import { FlotillaError } from '../base/errors.ts';
import type { HostProcess } from '../process/run.ts';
import { GitError } from './gitError.ts';
import { startHostGit } from './hostProcess.ts';
import { type MergeAnswer, MergeAnswers } from './mergeAnswers.ts';
import type { ReplayFolder } from './replayFolder.ts';

interface Waiting {
  readonly resolve: (answer: MergeAnswer) => void;
  readonly reject: (error: unknown) => void;
}

const args = ['merge-tree', '--write-tree', '--stdin', '-z', '--messages', '--allow-unrelated-histories'];
/** What git ends with when it does not know an option. */
const unknownOption = 129;
/** Milliseconds without an answer after which git is asked to end, which makes it say what it holds back. */
const patienceMs = 2000;

/**
 * Merges pairs of commits through one git. It never flushes its output between two merges (2.39 to 2.47), while each merge here builds on the
 * one before; so a merge with an answer longer than any output buffer follows each, which pushes the wanted answer out.
 */
export class MergeTree {
  readonly #folder: ReplayFolder;
  readonly #signal: AbortSignal;
  #git: HostProcess | undefined;
  #waiting: Waiting[] = [];
  #padding: string | undefined;

  constructor(folder: ReplayFolder, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Rejects with `git-too-old`, `limit-reached`, `cancelled` or `GitError`. The commits' ids are the names of the two sides. */
  async merge(ours: string, theirs: string): Promise<MergeAnswer> {
    const padding = (this.#padding ??= writePadding(this.#folder));
    const git = (this.#git ??= this.#start());
    const end = setTimeout(() => {
      if (this.#git === git) this.#git = undefined;
      git.stdin.end();
    }, patienceMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.push({ resolve, reject }, { resolve: () => undefined, reject: () => undefined });
        git.stdin.write(`${ours} ${theirs}\n${padding}\n`);
      });
    } finally {
      clearTimeout(end);
    }
  }

  /** Ends the git, so that the next merge starts one that reads its settings anew. */
  async close(): Promise<void> {
    const git = this.#git;
    this.#git = undefined;
    git?.stdin.end();
    await git?.ended.catch(() => undefined);
  }

  #start(): HostProcess {
    const git = startHostGit({ ...this.#folder.call, args }, 0, this.#signal);
    const waiting: Waiting[] = (this.#waiting = []);
    const fail = (error: unknown): void => {
      for (const { reject } of waiting.splice(0)) reject(error);
    };
    const answers = new MergeAnswers((answer) => waiting.shift()?.resolve(answer));
    git.stdout.on('data', (chunk: Buffer) => {
      answers.write(chunk);
      if (!answers.tooLong) return;
      fail(new FlotillaError('limit-reached', 'Too many files conflict to tell them all; rebase in smaller steps.'));
      git.kill();
    });
    const said = new Tail();
    git.stderr.on('data', (chunk: Buffer) => said.write(chunk));
    // Not before the last answer was read: git may have been asked to end in order to say it.
    const all = Promise.all([
      git.ended,
      finished(git.stdout, { error: false }),
      finished(git.stderr, { error: false }),
    ]);
    all.then(([{ exitCode }]) => fail(failureOf(exitCode, said.lines(20))), fail);
    return git;
  }
}

function failureOf(exitCode: number | undefined, said: string): Error {
  if (exitCode !== unknownOption) return new GitError(args, exitCode, said);
  return new FlotillaError('git-too-old', 'Planning a landing needs git 2.39 or newer: update git and try again.', {
    detail: said,
  });
}

/** A pair of commits whose merge is quick and whose answer has 20 KB: many files with long names, deleted here and changed there. */
function writePadding({ objects }: ReplayFolder): string {
  const names = Array.from({ length: 16 }, (_, number) => `${'padding-'.repeat(25)}${10 + number}`);
  const treeOf = (content: string): string => {
    const blob = Buffer.from(objects.write('blob', Buffer.from(content)), 'hex');
    const entry = (name: string): Buffer => Buffer.concat([Buffer.from(`100644 ${name}\0`), blob]);
    return objects.write('tree', Buffer.concat(names.map(entry)));
  };
  const base = objects.writeCommit(treeOf('a\n'), [], 'base');
  const ours = objects.writeCommit(objects.write('tree', Buffer.alloc(0)), [base], 'ours');
  return `${ours} ${objects.writeCommit(treeOf('b\n'), [base], 'theirs')}`;
}
