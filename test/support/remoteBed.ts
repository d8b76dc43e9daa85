import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import type { Pushed } from '../../src/engine/git/push.ts';
import { resolveSource } from '../../src/engine/git/source.ts';
import { WorkStore } from '../../src/engine/git/workStore.ts';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import { commit, git, makeRepository, Scratch } from './localEnvironment.ts';

export const password = 'hunter2';

/**
 * A remote in a folder to be served (`origin.git`), with `main`, somebody else who works on it, and a work store that has a session's commit on
 * top of `main`.
 */
export class RemoteBed {
  readonly scratch = new Scratch();
  readonly store: WorkStore;
  /** `main` when it was looked at. */
  readonly base: string;
  /** The session's commit. */
  readonly made: string;
  readonly branch = 'flotilla/task';
  /** What the remote is to be pushed to as; a test sets it. */
  remote = '';
  readonly #repo: string;
  readonly #other: string;
  readonly #refs: string;
  readonly #objects: readonly string[];

  constructor() {
    const { scratch } = this;
    this.#repo = scratch.path('repo');
    this.base = makeRepository(this.#repo);
    mkdirSync(this.served);
    git(scratch.folder, 'clone', '--quiet', '--bare', 'repo', 'served/origin.git');
    git(scratch.folder, 'clone', '--quiet', 'served/origin.git', 'other');
    mkdirSync(`${this.origin}/hooks`, { recursive: true });
    this.#other = scratch.path('other');
    this.made = commit(this.#repo, { a: 'a' }, 'Add a');
    git(scratch.folder, 'init', '--quiet', '--bare', 'work.git');
    this.store = WorkStore.open(scratch.path('work.git'), scratch.path('repo/.git/objects'));
    writeFileSync(scratch.path('work.git/objects/info/alternates'), `${scratch.path('repo/.git/objects')}\n`);
    git(scratch.path('work.git'), 'update-ref', 'refs/flotilla/abc/heads/task', this.made);
    this.#refs = this.#work('for-each-ref');
    this.#objects = this.#work('cat-file', '--batch-all-objects', '--batch-check').split('\n');
  }

  /** The folder that servers serve. */
  get served(): string {
    return this.scratch.path('served');
  }

  get origin(): string {
    return this.scratch.path('served/origin.git');
  }

  /** What a branch is on the remote. */
  there(branch = 'main'): string | undefined {
    return git(this.origin, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`) || undefined;
  }

  /** A commit of somebody else on a branch of the remote. */
  somebodyPushes(branch = 'main'): string {
    git(this.#other, 'fetch', '--quiet', 'origin');
    git(this.#other, 'checkout', '--quiet', '--detach', `origin/${branch}`);
    const theirs = commit(this.#other, { [`theirs-${Date.now()}`]: 'x' }, 'Work of somebody else');
    git(this.#other, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
    return theirs;
  }

  /** A further commit of the session, which the work store has. */
  next(message = 'Next'): string {
    return commit(this.#repo, { [message]: message }, message);
  }

  /** The session's first commit, made anew. */
  amended(): string {
    git(this.#repo, 'commit', '--quiet', '--amend', '-m', 'Add a, said better');
    return git(this.#repo, 'rev-parse', 'HEAD');
  }

  hook(name: string, text: string): void {
    writeFileSync(`${this.origin}/hooks/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  config(name: string, value: string): void {
    git(this.origin, 'config', name, value);
  }

  async push(commit = this.made, expected?: string, signal?: AbortSignal): Promise<Pushed> {
    const { branch } = this;
    return this.store.push({ source: await resolveSource(this.remote), branch, commit, expected }, signal);
  }

  async land(commit = this.made, expected = this.base): Promise<Pushed> {
    return this.store.pushTarget({ source: await resolveSource(this.remote), branch: 'main', commit, expected });
  }

  async undo(pushed: string, before: string | undefined): ReturnType<WorkStore['undoPush']> {
    const { branch } = this;
    return this.store.undoPush({ source: await resolveSource(this.remote), branch, pushed, before });
  }

  /** What is in the work store is still there, and by the same names. */
  requireNothingLost(): void {
    assert.equal(this.#work('for-each-ref'), this.#refs);
    const objects = new Set(this.#work('cat-file', '--batch-all-objects', '--batch-check').split('\n'));
    assert.deepEqual(
      this.#objects.filter((object) => !objects.has(object)),
      [],
    );
  }

  #work(...args: string[]): string {
    return git(this.scratch.path('work.git'), ...args);
  }
}

/** That something is rejected with a code, and with no secret in any word of it; answers sentence and detail. */
export async function rejected(attempt: Promise<unknown>, code: ErrorCode): Promise<string> {
  const error = await attempt.then(
    () => assert.fail(`it went well, and was to fail with ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FlotillaError, String(error));
  const said = `${error.message}\n${error.detail ?? ''}`;
  assert.equal(error.code, code, said);
  assert.ok(!`${said}${JSON.stringify(error.cause)}${String(error.cause)}`.includes(password), 'it holds the password');
  return said;
}
