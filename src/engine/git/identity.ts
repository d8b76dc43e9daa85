import { tmpdir } from 'node:os';
import type { RepositoryRef } from '../../protocol/session.ts';
import { hostRunner } from './hostGit.ts';

/** Who a session's commits are by. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

const nobody: Identity = { name: 'Flotilla', email: 'flotilla@localhost' };

/** The user's own identity as git on the host has it for this repository. The only thing of the host's git configuration that enters an environment. */
export async function commitIdentity(
  repository: Pick<RepositoryRef, 'kind' | 'source'>,
  signal?: AbortSignal,
): Promise<Identity> {
  const folder = repository.kind === 'folder' ? repository.source : tmpdir();
  const command = {
    args: ['config', '-z', '--get-regexp', String.raw`^user\.(name|email)$`],
    answers: [1],
    silent: true,
    parse: ({ stdout }: { stdout: Buffer }) => settingsOf(stdout),
  };
  const run = hostRunner(folder);
  const found = await run(command, signal).catch(() => hostRunner(tmpdir())(command, signal));
  return { name: found.get('user.name') ?? nobody.name, email: found.get('user.email') ?? nobody.email };
}

const settingsOf = (stdout: Buffer): Map<string, string> =>
  new Map(
    stdout
      .toString('utf8')
      .split('\0')
      .flatMap((entry): [string, string][] => {
        const at = entry.indexOf('\n');
        return at < 0 || entry.slice(at + 1).trim() === '' ? [] : [[entry.slice(0, at), entry.slice(at + 1).trim()]];
      }),
  );
