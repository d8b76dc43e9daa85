import type { Progress } from '../../protocol/events.ts';
import type { Session } from '../../protocol/session.ts';
import { throwIfCancelled } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { fillCommand } from '../git/fill.ts';
import { commitIdentity } from '../git/identity.ts';
import { configFiles } from '../claude/configFiles.ts';
import { claudeVariables } from '../claude/commandLine.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import { FlotillaError } from '../base/errors.ts';
import type { SessionBook } from './book.ts';
import { describe } from './draft.ts';
import type { DataFolders } from './folders.ts';
import type { Repositories } from './repositories.ts';

/** What of a session's making is not in its record: paths on the host that only this engine knows. */
export interface Making {
  readonly certificates?: string | undefined;
}

/** Milliseconds between two reports of one step. */
const reportEvery = 250;

/** Makes a session's environment and fills it, up to the point where Claude can begin. */
export class Starter {
  readonly #book: SessionBook;
  readonly #runtime: Runtime;
  readonly #folders: DataFolders;
  readonly #repositories: Repositories;
  readonly #log: Log;

  constructor(parts: {
    book: SessionBook;
    runtime: Runtime;
    folders: DataFolders;
    repositories: Repositories;
    log: Log;
  }) {
    this.#book = parts.book;
    this.#runtime = parts.runtime;
    this.#folders = parts.folders;
    this.#repositories = parts.repositories;
    this.#log = parts.log;
  }

  /** When it rejects, nothing of the environment is left. */
  async make(session: Session, making: Making, signal: AbortSignal): Promise<Environment> {
    const report = this.reporter(session.id);
    const environment = await this.#runtime.provision(this.#spec(session, making), report, signal);
    try {
      await this.#fill(session, environment, report, signal);
      if (session.setup !== undefined) await environment.runSetup(report, signal);
      return environment;
    } catch (error) {
      await this.#runtime
        .discard(session.id, AbortSignal.timeout(60_000))
        .catch((failure: unknown) => this.#log.error('discarding failed', { session: session.id, error: failure }));
      throw error;
    }
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

  #spec(session: Session, making: Making): Parameters<Runtime['provision']>[0] {
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
    session: Session,
    environment: Environment,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    report({ step: 'workspace', title: 'Filling the workspace', status: 'running', fraction: 0.8 });
    const identity = await commitIdentity(session.repository);
    const fill = fillCommand({
      workspace: environment.workspaceFolder,
      branch: session.branch,
      base: session.base.commit,
      url: session.repository.source,
      identity,
      refs: await this.#repositories.mirrorOf(session.repository).refs(signal),
    });
    const [result] = await Promise.all([
      environment.run({ command: fill.command, input: fill.input, cwd: '/' }, signal),
      environment.writeFiles(
        configFiles({ workspaceFolder: environment.workspaceFolder, permissionMode: session.permissionMode }),
        signal,
      ),
    ]);
    throwIfCancelled(signal);
    if (result.exitCode !== 0)
      throw new FlotillaError('start-failed', 'The workspace could not be filled from the repository.', {
        detail: result.stderr,
      });
    report({ step: 'workspace', title: 'Filling the workspace', status: 'done', fraction: 0.9 });
  }
}
