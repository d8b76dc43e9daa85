import { chmodSync, lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { LandingFile } from '../../../src/protocol/landing.ts';
import type { OnceAnswer } from '../../../src/engine/claude/askOnce.ts';
import {
  type Ask,
  type ResolveInput,
  type ResolveOutcome,
  resolveStop,
} from '../../../src/engine/landing/resolve/resolveStop.ts';
import { commit, git, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';
import { ScriptEnvironment } from '../../support/scriptEnvironment.ts';

type Files = Readonly<Record<string, string>>;
/** What Claude does when it is asked: edits files and answers. */
export type Doing = (prompt: string, round: number, signal: AbortSignal) => unknown;

/** What Claude is said to cost each time, in US dollars. */
export const price = 0.25;

/** A rebase that has stopped at a conflict, with the real git, and a Claude that is pretended. */
export class ResolveBed {
  readonly scratch = new Scratch();
  readonly environment = new ScriptEnvironment('s', this.scratch.path('inside'));
  readonly workTree = this.scratch.path('landing');
  readonly reports: string[] = [];
  readonly requests: Parameters<Ask>[0][] = [];
  #target = '';
  #head = '';

  /** Each of `sides`: what the files become; an empty content deletes. */
  constructor(base: Files, ours: Files, theirs: Files) {
    const workspace = this.environment.workspaceFolder;
    makeRepository(workspace);
    commit(workspace, { ...base }, 'Base');
    git(workspace, 'checkout', '--quiet', '-b', 'session');
    this.#head = change(workspace, theirs, 'Session work\n\nIts body.');
    git(workspace, 'checkout', '--quiet', 'main');
    this.#target = change(workspace, ours, 'Target work');
    git(workspace, 'worktree', 'add', '--quiet', '--detach', this.workTree, 'session');
    try {
      git(this.workTree, '-c', 'merge.conflictStyle=diff3', 'rebase', '--quiet', 'main');
    } catch {
      // It stops, which is the point.
    }
  }

  file(name: string): string {
    return path.join(this.workTree, name);
  }

  read(name: string): string {
    const file = this.file(name);
    return lstatSync(file).isSymbolicLink() ? `-> ${readlinkSync(file)}` : readFileSync(file, 'utf8');
  }

  write(files: Files): void {
    write(this.workTree, { ...files });
  }

  remove(name: string): void {
    rmSync(this.file(name), { recursive: true });
  }

  /** Everything that must be as before when nothing was resolved: files, index, HEAD and the rebase. */
  state(): string {
    const tree = ['status', '--porcelain=v2', '--untracked-files=all'];
    const said = [tree, ['ls-files', '--stage'], ['rev-parse', 'HEAD'], ['diff']].map((args) =>
      git(this.workTree, ...args),
    );
    const folder = git(this.workTree, 'rev-parse', '--absolute-git-dir');
    return [...said, readFileSync(path.join(folder, 'rebase-merge/done'), 'utf8')].join('\n');
  }

  conflicts(kinds: Readonly<Record<string, Partial<LandingFile>>> = {}): LandingFile[] {
    const unmerged = git(this.workTree, 'diff', '--name-only', '--diff-filter=U', '-z')
      .split('\0')
      .filter((name) => name !== '');
    return unmerged.map((name) => ({ path: name, kind: 'content', state: 'open', warnings: [], ...kinds[name] }));
  }

  async resolve(
    doing: Doing,
    changes: Partial<ResolveInput> = {},
    signal = new AbortController().signal,
  ): Promise<ResolveOutcome> {
    return resolveStop(this.input(doing, changes), signal);
  }

  input(doing: Doing, changes: Partial<ResolveInput> = {}): ResolveInput {
    return {
      session: { prompt: 'Count to three.', claudeSessionId: 'c1', branch: 'flotilla/count' },
      environment: this.environment,
      workTree: this.workTree,
      stop: { commit: this.#head, subject: 'Session work', files: this.conflicts() },
      target: { branch: 'main', commit: this.#target },
      options: { resolve: 'claude', threshold: 0.8, budgetUsd: 5, lockFiles: true },
      ask: (request, signal) => this.#asked(request, doing, signal),
      report: (text) => this.reports.push(text),
      ...changes,
    };
  }

  async #asked(request: Parameters<Ask>[0], doing: Doing, signal: AbortSignal): Promise<OnceAnswer> {
    this.requests.push(request);
    const structured = await doing(request.prompt, this.requests.length, signal);
    const answer = { claudeSessionId: 'fork', text: '', subtype: 'success', isError: false, costUsd: price };
    return { ...answer, structured };
  }

  close(): void {
    this.scratch.remove();
  }
}

function change(folder: string, files: Files, message: string): string {
  for (const [name, content] of Object.entries(files)) {
    rmSync(path.join(folder, name), { recursive: true, force: true });
    if (content === '') continue;
    write(folder, { [name]: content });
    if (content.startsWith('#!')) chmodSync(path.join(folder, name), 0o755);
  }
  return commit(folder, {}, message);
}

/** An answer about files, all with the same confidence. */
export const answer = (
  files: readonly string[],
  confidence = 0.9,
  alsoChanged: Readonly<Record<string, string>> = {},
): unknown => ({
  files: files.map((name) => ({ path: name, confidence, why: `Both sides of ${name} are kept.` })),
  alsoChanged: Object.entries(alsoChanged).map(([name, why]) => ({ path: name, why })),
});
