import type { Progress } from '../../protocol/events.ts';
import type { Session } from '../../protocol/session.ts';
import { throwIfCancelled } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import { fillCommand } from '../git/fill.ts';
import { commitIdentity } from '../git/identity.ts';
import { restoreCommand } from '../git/restore.ts';
import { configFiles } from '../claude/configFiles.ts';
import { claudeVariables } from '../claude/commandLine.ts';
import type { Environment, EnvironmentSpec, Runtime } from '../runtime/contract.ts';
import { FlotillaError } from '../base/errors.ts';
import type { SessionBook } from './book.ts';
import { describe } from './draft.ts';
import type { Homecoming } from './homecoming.ts';
import type { DataFolders } from './folders.ts';
import type { Repositories } from './repositories.ts';

/** What of a session's making is not in its record: paths on the host that only this engine knows. */
export interface Making {
  readonly certificates?: string | undefined;
  /** Where the repository's own remote is, without credentials: what `origin` is called inside. */
  readonly origin?: string | undefined;
}

/** Says what of a session its volumes still hold: a workspace that was filled whole, and Claude's configuration. */
const whatIsLeft = `
[ ! -e /flotilla/claude/.claude.json ] || echo conversation
cd "$1" 2>/dev/null && [ ! -e .git/flotilla-filling ] || exit 0
for name in 'HEAD^{commit}' "refs/heads/$2"; do
  git rev-parse -q --verify "$name" >/dev/null && echo workspace && exit 0
done
exit 0`;

interface Filling {
  readonly session: Session;
  readonly environment: Environment;
  readonly origin: string | undefined;
}

/** How often what comes late is taken away before a start is given up. */
const mostLate = 3;
/** Milliseconds between two reports of one step. */
const reportEvery = 250;

/** Makes a session's environment and fills it, up to the point where Claude can begin. */
export class Starter {
  readonly #book: SessionBook;
  readonly #runtime: Runtime;
  readonly #folders: DataFolders;
  readonly #repositories: Repositories;
  readonly #homecoming: Homecoming;
  readonly #log: Log;

  constructor(parts: {
    book: SessionBook;
    runtime: Runtime;
    folders: DataFolders;
    repositories: Repositories;
    homecoming: Homecoming;
    log: Log;
  }) {
    this.#book = parts.book;
    this.#runtime = parts.runtime;
    this.#folders = parts.folders;
    this.#repositories = parts.repositories;
    this.#homecoming = parts.homecoming;
    this.#log = parts.log;
  }

  /** When it rejects, nothing of the environment is left. */
  async make(session: Session, making: Making, signal: AbortSignal): Promise<Environment> {
    const report = this.reporter(session.id);
    const spec: EnvironmentSpec = {
      ...this.#spec(session, making),
      prepare: (environment, inner) => this.#fill({ session, environment, origin: making.origin }, report, inner),
    };
    const environment = await this.#provision(spec, report, signal);
    try {
      if (session.setup !== undefined) await environment.runSetup(report, signal);
      return environment;
    } catch (error) {
      const failed = (failure: unknown): void => {
        this.#log.error('discarding failed', { session: session.id, error: failure });
      };
      await this.#runtime.discard(session.id, AbortSignal.timeout(60_000)).catch(failed);
      throw error;
    }
  }

  /**
   * What an engine that was killed had asked Docker for may come after the next one has cleared up. Nobody has worked in it, so it goes,
   * also when it comes once more.
   */
  async #provision(
    spec: EnvironmentSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Environment> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#runtime.provision(spec, report, signal);
      } catch (error) {
        const isLate = FlotillaError.is(error, 'not-in-this-state') && !this.#homecoming.hasBegun(spec.sessionId);
        if (!isLate || tries >= mostLate) throw error;
        this.#log.warn('an environment came late and is made anew', { session: spec.sessionId });
        await this.#runtime.discard(spec.sessionId, signal);
      }
    }
  }

  /**
   * A new environment in place of one whose container was lost. Volumes that are still there are taken over; otherwise the workspace
   * is filled again and what had come home is put back, and `conversationKept` is false. When it rejects, the volumes stay; called
   * again, it goes on where it was cut off. `found`: the container that an earlier try has made.
   */
  async remake(
    session: Session,
    { making, found }: { making: Making; found: Environment | undefined },
    signal: AbortSignal,
  ): Promise<{ environment: Environment; conversationKept: boolean }> {
    const report = this.reporter(session.id);
    const wasFilling = this.#homecoming.heldBack(session.id) === 'filling';
    if (!wasFilling) this.#homecoming.holdBack(session.id, 'looking');
    await found?.start(signal);
    const spec = { ...this.#spec(session, making), rebuild: true };
    const environment = found ?? (await this.#runtime.provision(spec, report, signal));
    const left = await this.#left(session, environment, signal);
    if (!left.workspace || wasFilling) {
      this.#homecoming.holdBack(session.id, 'filling');
      await this.#fill({ session, environment, origin: making.origin }, report, signal);
      await this.#putBack(session, environment, signal);
      this.#homecoming.release(session.id);
      if (session.setup !== undefined) await environment.runSetup(report, signal);
      return { environment, conversationKept: false };
    }
    if (!left.conversation) await environment.writeFiles(this.#configFiles(session, environment), signal);
    this.#homecoming.release(session.id);
    return { environment, conversationKept: left.conversation };
  }

  async #left(
    session: Session,
    environment: Environment,
    signal: AbortSignal,
  ): Promise<{ workspace: boolean; conversation: boolean }> {
    const command = ['sh', '-c', whatIsLeft, 'sh', environment.workspaceFolder, session.branch] as const;
    const { exitCode, stdout } = await environment.run({ command, cwd: '/' }, signal);
    if (exitCode !== 0) throw new FlotillaError('start-failed', 'The environment could not be looked into. Try again.');
    const words = stdout.toString('utf8').split('\n');
    return { workspace: words.includes('workspace'), conversation: words.includes('conversation') };
  }

  #configFiles(session: Session, { workspaceFolder }: Environment): ReturnType<typeof configFiles> {
    return configFiles({ workspaceFolder, permissionMode: session.permissionMode });
  }

  async #putBack(session: Session, environment: Environment, signal: AbortSignal): Promise<void> {
    if (session.head === undefined && session.checkpoint === undefined) return;
    const { workTrees, tags } = this.#homecoming.inside(session.id);
    const command = restoreCommand({
      workspace: environment.workspaceFolder,
      sessionId: session.id,
      checkpoint: session.checkpoint?.number,
      workTrees,
      tags,
    });
    await this.#repositories.workStore(session.repository).send(
      session.id,
      async (inner) => {
        const exec = await environment.exec({ command, cwd: '/' }, inner);
        exec.stderr.resume();
        return { toUploadPack: exec.stdin, fromUploadPack: exec.stdout, end: exec.exitCode };
      },
      signal,
    );
    if (workTrees.length === 0) return;
    const names = workTrees.map(({ name }) => name).join(', ');
    const text = `What linked work trees held is stashed now (${names}): git stash list shows it, git stash branch makes a branch of it.`;
    this.#book.timeline(session.id, { kind: 'notice', text });
  }

  /** Progress of a start as events: the fraction never falls, and lines of a build come at most four times a second. */
  reporter(id: string): (progress: Progress) => void {
    let highest = 0;
    let last: { readonly step: string; readonly at: number } | undefined;
    return (progress) => {
      const now = performance.now();
      const sameStep = last?.step === progress.step && progress.status === 'running';
      if (sameStep && now - (last?.at ?? 0) < reportEvery) return;
      last = { step: progress.step, at: now };
      highest = Math.max(highest, progress.fraction);
      this.#book.progress(id, { ...progress, fraction: highest });
    };
  }

  #spec(session: Session, making: Making): EnvironmentSpec {
    this.#folders.make(session.id);
    return {
      sessionId: session.id,
      name:
        session.branch
          .replace(/^.*\//, '')
          .replace(/[^a-z0-9]+/g, '-')
          .replace(`-${session.id}`, '')
          .slice(0, 40) || 'session',
      folder: this.#folders.session(session.id),
      workspaceFolder: `/workspaces/${session.repository.name}`,
      image: session.image,
      limits: session.limits,
      network: session.network,
      apiFolder: this.#folders.api(session.id),
      objectsFolder: this.#repositories.objectsFolder(session.repository),
      setup: session.setup,
      certificates: making.certificates,
      variables: claudeVariables(),
      description: describe(session),
    };
  }

  /** The workspace from the mirror's objects, and Claude's configuration beside it. */
  async #fill(
    { session, environment, origin }: Filling,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    report({ step: 'workspace', title: 'Filling the workspace', status: 'running', fraction: 0.8 });
    const identity = await commitIdentity(session.repository);
    const fill = fillCommand({
      workspace: environment.workspaceFolder,
      branch: session.branch,
      base: session.base.commit,
      url: origin,
      identity,
      refs: await this.#repositories.mirrorOf(session.repository).refs(signal),
    });
    const [result] = await Promise.all([
      environment.run({ command: fill.command, input: fill.input, cwd: '/' }, signal),
      environment.writeFiles(this.#configFiles(session, environment), signal),
    ]);
    throwIfCancelled(signal);
    if (result.exitCode !== 0)
      throw new FlotillaError('start-failed', 'The workspace could not be filled from the repository.', {
        detail: result.stderr,
      });
    faultPoint('start.filled');
    report({ step: 'workspace', title: 'Filling the workspace', status: 'done', fraction: 0.9 });
  }
}
