import * as z from 'zod';
import type { Landing } from '../../protocol/landing.ts';
import { now } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';
import type { Repositories } from '../session/repositories.ts';
import type { Documents } from '../store/documents.ts';
import type { Grounds } from './grounds.ts';
import type { LandingBook } from './landingBook.ts';
import { LandingTree } from './landingTree.ts';
import { OutputTail } from './outputTail.ts';
import { movedOn } from './rebasing.ts';
import { because } from './reasons.ts';
import { requireBranch } from './requireBranch.ts';
import { uncommittedFiles } from './uncommittedFiles.ts';
import { plural, short, shown } from './words.ts';

type Verify = NonNullable<Landing['verify']>;
type Outcome = Pick<Verify, 'outcome' | 'exitCode'>;

const outputKind = 'landing-output';
/** A command that takes too long is ended by us; this is for when nobody can. */
const graceSeconds = 60;

export interface VerifyingParts {
  readonly book: LandingBook;
  readonly grounds: Grounds;
  readonly documents: Documents;
  /** Whether a session's commit holds another one. */
  readonly descends: (id: string, commit: string, from: string) => Promise<boolean>;
  readonly repositories: Repositories;
}

/** Runs the project's own command in the session's tree, on the commit that is to be pushed. */
export class Verifying {
  readonly #parts: VerifyingParts;

  constructor(parts: VerifyingParts) {
    this.#parts = parts;
  }

  /** The end of what the last verification wrote. */
  output(id: string): string | undefined {
    return this.#parts.documents.get(z.string(), outputKind, id);
  }

  forget(id: string): void {
    this.#parts.documents.delete(outputKind, id);
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    const command = landing.options.verify;
    if (landing.result === undefined) throw new Error('nothing was rebased that could be verified');
    if (command === undefined) return unverified(landing);
    const { book, grounds } = this.#parts;
    grounds.requireIdle(landing.session);
    const environment = await grounds.running(landing.session, signal);
    const commit = await this.#newest(landing, landing.result, environment);
    const tree = new LandingTree(environment);
    requireBranch(book.session(landing.session), await tree.at(signal));
    const others = await this.#uncommitted(landing.session, commit, signal);
    const verify: Verify = { command, commit, outcome: 'running', startedAt: now(), ...beside(others) };
    book.change(landing.session, {
      verify,
      result: commit,
      reason: because('verifying', `Running ${shown(command)}.`),
    });
    const outcome = await this.#run(landing, environment, signal);
    // A person may have moved it while the command ran.
    const isStill = (await tree.at(signal)).commit === commit;
    return verdict(landing, { ...verify, ...outcome, endedAt: now() }, isStill);
  }

  /** The session may have been given commits on top, to mend what failed before. Rejects with `session-moved` for anything else. */
  async #newest({ session: id }: Landing, result: string, environment: Environment): Promise<string> {
    const { grounds, descends } = this.#parts;
    const session = await grounds.secure(id, environment);
    const head = session.head?.commit ?? result;
    if (head === result || (await descends(id, head, result))) return head;
    throw movedOn();
  }

  #uncommitted(id: string, commit: string, signal: AbortSignal): Promise<number> {
    const { book, repositories } = this.#parts;
    const session = book.session(id);
    return uncommittedFiles(session, { work: repositories.workStore(session.repository), commit }, signal);
  }

  async #run({ session: id, options }: Landing, environment: Environment, signal: AbortSignal): Promise<Outcome> {
    const { book, documents } = this.#parts;
    const tail = new OutputTail((text) => {
      book.output(id, text);
    });
    documents.delete(outputKind, id);
    const limit = AbortSignal.timeout(options.verifyTimeout);
    // Attended: it ends with its engine, and the next one begins it anew without the first one in its way.
    const seconds = Math.ceil(options.verifyTimeout / 1000) + graceSeconds;
    const attend = ['sh', `${places.tools}/attend.sh`, '0', String(seconds)] as const;
    const command = [...attend, 'sh', '-c', options.verify ?? 'false'] as const;
    try {
      const exec = await environment.exec({ command }, AbortSignal.any([signal, limit]));
      for (const stream of [exec.stdout, exec.stderr]) stream.on('data', (chunk: Buffer) => tail.take(chunk));
      exec.stdin.on('error', () => undefined);
      const exitCode = await exec.exitCode;
      exec.stdin.end();
      if (!limit.aborted && exitCode !== undefined) return { outcome: exitCode === 0 ? 'passed' : 'failed', exitCode };
    } catch (error) {
      if (!limit.aborted) throw error;
    } finally {
      tail.flush();
      documents.put(outputKind, id, tail.text);
    }
    throwIfCancelled(signal, 'Verifying');
    if (limit.aborted) return { outcome: 'timed-out' };
    throw new FlotillaError(
      'environment-gone',
      'The verification was cut off: its environment or Docker ended. Continue to run it again.',
    );
  }
}

/** They may make a commit pass that fails without them. A tree without them would lack what was installed in this one. */
const beside = (uncommitted: number): Pick<Verify, 'uncommitted'> => (uncommitted === 0 ? {} : { uncommitted });

const besideText = ({ uncommitted }: Verify): string =>
  uncommitted === undefined ? '' : `, with ${plural(uncommitted, 'uncommitted file')} in its tree`;

function unverified({ whole, options, result = '' }: Landing): Partial<Landing> {
  if (whole && options.unverified) return { step: 'push', reason: because('pushing', 'Pushing without verification.') };
  const message = `No verification is known, so ${short(result)} is unverified. Name a command, or continue and say that it may be pushed unverified.`;
  return { state: 'paused', reason: because('unverified', message) };
}

function verdict({ whole }: Landing, verify: Verify, isStill: boolean): Partial<Landing> {
  const { command, outcome, exitCode, commit } = verify;
  if (!isStill) {
    const message = 'The session was given another commit while it was verified: continue to verify that one.';
    // What the command said is of another tree: it must never count as this commit's.
    return { state: 'paused', verify: { ...verify, outcome: 'cancelled' }, reason: because('session-moved', message) };
  }
  if (outcome === 'passed') {
    const reason = because('verified', `${short(commit)} passed ${shown(command)}${besideText(verify)}.`);
    return whole ? { verify, step: 'push', reason } : { verify, state: 'ready', reason };
  }
  const what = outcome === 'timed-out' ? 'took too long' : `failed with exit code ${exitCode ?? 'unknown'}`;
  const message = `${shown(command)} ${what} on ${short(commit)}${besideText(verify)}. Nothing was pushed. Mend it in the session, or send the output to Claude, then continue.`;
  return { state: 'paused', verify, reason: because('verify-failed', message) };
}
