import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../../src/engine/base/errors.ts';
import { findPart, hostCertificates } from '../bed.ts';
import { Flotilla } from '../flotilla.ts';
import { sampleRepository } from '../sampleRepository.ts';
import type { Tally } from '../tally.ts';
import { type Report, reportSchema } from '../testReport.ts';
import { runInCodeServer } from './codeServerHost.ts';
import { desktopHost } from './desktopHost.ts';
import { hostScenario } from './hostScenario.ts';

/** What every kind of host is given. */
export interface HostSuite {
  /** The folder of the extension, and the script that the extension host runs (`npm run build:host` makes it). */
  readonly extension: string;
  readonly tests: string;
  /** The folder that the window opens. */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for all of it. */
  readonly limitMs: number;
}

/** Runs a suite in one kind of host; yields why it broke, when the host itself did not end well. */
export type Host = (suite: HostSuite) => Promise<string | undefined>;

const root = path.resolve(import.meta.dirname, '../../..');
const limitMs = 900_000;

/** Runs test/host in each real VS Code that this machine has, with an engine of its own. */
export async function runHost(tally: Tally): Promise<void> {
  await findPart('code-server').then(
    () => runIn('test/host in code-server', runInCodeServer, tally),
    (error: unknown) => {
      tally.skip('test/host in code-server', messageOf(error));
    },
  );
  const title = 'test/host in desktop VS Code';
  const desktop = await desktopHost();
  if (typeof desktop === 'string') tally.take({ type: 'absent', title, reason: desktop });
  else await runIn(title, desktop, tally);
}

async function runIn(name: string, host: Host, tally: Tally): Promise<void> {
  const baseImage = await findPart('base image').catch(() => '');
  const flotilla = await Flotilla.start({ scenario: hostScenario, baseImage });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'fl-host-'));
  try {
    const { folder: workspace } = await sampleRepository(folder);
    const report = path.join(folder, 'report');
    const docker = baseImage === '' ? {} : { FLOTILLA_HOST_DOCKER: '1' };
    const certificates = hostCertificates();
    const env = {
      ...flotilla.env,
      ...docker,
      ...(certificates === undefined ? {} : { FLOTILLA_HOST_CERTIFICATES: certificates }),
      FLOTILLA_HOST_REPORT: report,
    };
    const tests = path.join(root, 'out/host/index.cjs');
    const failure = await host({ extension: root, tests, workspace, env, limitMs });
    count(name, await readReports(report), { failure, tally });
  } catch (error) {
    tally.fail(name, messageOf(error));
  } finally {
    await flotilla.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first failure with what window and host have said: it helps to see why. */
function told(reports: readonly Report[], said = ''): Report[] {
  const first = reports.find(({ type }) => type === 'fail');
  return reports.map((report) =>
    report === first && report.type === 'fail' ? { ...report, error: `${report.error}\n${said}` } : report,
  );
}

/** A host that ended badly although no test failed, or before its last test, is a failure of its own. */
function count(name: string, reports: readonly Report[], end: { failure: string | undefined; tally: Tally }): void {
  for (const report of told(reports, end.failure)) end.tally.take(report);
  const last = reports.at(-1);
  if (last?.type !== 'end')
    end.tally.fail(name, `ended early${last?.type === 'start' ? ` in: ${last.title}` : ''}: ${end.failure ?? ''}`);
  else if (end.failure !== undefined && !reports.some(({ type }) => type === 'fail')) end.tally.fail(name, end.failure);
}

async function readReports(file: string): Promise<Report[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return z.array(reportSchema).parse(lines.map((line): unknown => JSON.parse(line)));
}
