import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { runOnHost, startOnHost } from '../../src/engine/process/run.ts';
import { hostCertificates } from '../support/bed.ts';
import { codeServer } from '../support/vscode/codeServer.ts';
import { desktopCode } from '../support/vscode/desktopCode.ts';
import { ServerRun } from '../support/vscode/serverRun.ts';

export interface Opening {
  readonly folder: string;
  /** Where this VS Code keeps its settings and extensions: it touches nobody's own. */
  readonly place: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder is ours: nobody needs to be asked whether to trust it. */
  readonly isTrusted: boolean;
  readonly port: number | undefined;
  readonly say: (line: string) => void;
}

const root = path.resolve(import.meta.dirname, '../..');

/** The command `code` of a desktop VS Code on this machine, or one that can be downloaded; else why there is none. */
async function findDesktop(): Promise<{ readonly executable: string } | { readonly reason: string }> {
  const found = await runOnHost({ file: 'code', args: ['--version'], timeoutMs: 10_000 }).catch(() => undefined);
  if (found?.exitCode === 0) return { executable: 'code' };
  return await desktopCode();
}

/** Opens a desktop window and waits until it is closed; gives the reason when this machine has no desktop VS Code. */
export async function openDesktop(opening: Opening, signal: AbortSignal): Promise<string | undefined> {
  const desktop = await findDesktop();
  if ('reason' in desktop) return desktop.reason;
  opening.say(`Opening ${desktop.executable}. Close its window to end.`);
  const program = startOnHost(
    {
      file: desktop.executable,
      args: [
        ...['--wait', '--new-window', `--extensionDevelopmentPath=${root}`],
        ...[`--user-data-dir=${path.join(opening.place, 'user')}`, '--skip-welcome'],
        ...[`--extensions-dir=${path.join(opening.place, 'extensions')}`],
        ...(opening.isTrusted ? ['--disable-workspace-trust'] : []),
        opening.folder,
      ],
      env: opening.env,
    },
    signal,
  );
  program.stdin.end();
  program.stdout.resume();
  program.stderr.resume();
  await program.ended;
  return undefined;
}

/** Starts code-server, says its address and waits until the signal fires. */
export async function openServer(opening: Opening, signal: AbortSignal): Promise<void> {
  const vsix = path.join(root, 'dist/flotilla.vsix');
  if (!existsSync(vsix)) throw new Error('dist/flotilla.vsix is not there: npm run package');
  await codeServer(opening.say);
  await mkdir(opening.place, { recursive: true });
  const certificates = hostCertificates();
  const server = await ServerRun.start({
    ...{ vsix, folder: opening.place, trust: !opening.isTrusted, port: opening.port },
    // The user's own home: git and Docker find their credentials there.
    env: { HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...opening.env },
    settings: certificates === undefined ? {} : { 'flotilla.newSession.certificates': certificates },
  });
  opening.say(`VS Code with Flotilla: ${server.url({ folder: opening.folder })}`);
  opening.say('Open it in a browser. Ctrl+C ends it.');
  try {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      if (signal.aborted) resolve();
    });
  } finally {
    await server.close();
  }
}
