import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';
import { type SampleRepository, sampleRepository } from './sampleRepository.ts';

/** Every setting of git's that names a program, and what a repository may set without being asked. */
const settings = [
  ...[
    'core.fsmonitor',
    'core.sshCommand',
    'core.gitProxy',
    'core.pager',
    'core.editor',
    'core.alternateRefsCommand',
    'core.askPass',
  ],
  ...[
    'diff.external',
    'diff.evil.command',
    'diff.evil.textconv',
    'filter.evil.clean',
    'filter.evil.smudge',
    'filter.evil.process',
  ],
  ...[
    'merge.evil.driver',
    'gpg.program',
    'gpg.ssh.program',
    'sequence.editor',
    'uploadpack.packObjectsHook',
    'credential.helper',
  ],
  ...[
    'remote.origin.uploadpack',
    'remote.origin.receivepack',
    'interactive.diffFilter',
    'trailer.x.command',
    'difftool.x.cmd',
  ],
];
const hooks = [
  ...[
    'applypatch-msg',
    'post-checkout',
    'post-commit',
    'post-index-change',
    'post-merge',
    'post-receive',
    'post-rewrite',
    'post-update',
  ],
  ...[
    'pre-auto-gc',
    'pre-commit',
    'pre-push',
    'pre-rebase',
    'pre-receive',
    'prepare-commit-msg',
    'proc-receive',
    'push-to-checkout',
  ],
  ...['reference-transaction', 'sendemail-validate', 'update', 'fsmonitor-watchman', 'commit-msg'],
];

/**
 * Shell lines that plant all of that in a repository. Whatever runs leaves a file in `canaries`, a folder of the host that no environment
 * has.
 */
export function plantLines(canaries: string, where: string): string {
  const leave = (name: string): string => `touch '${canaries}/${where}-${name}'`;
  return [
    ...settings.map((name) => `git config ${name} "${leave(name)} #"`),
    `git config alias.status "!${leave('alias')}"`,
    `git config alias.fetch "!${leave('alias-fetch')}"`,
    'git config log.showSignature true',
    'git config core.hooksPath .git/evil-hooks',
    'mkdir -p .git/evil-hooks .git/hooks',
    ...hooks.map(
      (name) =>
        `printf '#!/bin/sh\\n%s\\n' "${leave(`hook-${name}`)}" > .git/evil-hooks/${name}; cp .git/evil-hooks/${name} .git/hooks/${name}`,
    ),
    'chmod +x .git/evil-hooks/* .git/hooks/*',
    `printf '[alias]\\n\\tlog = !%s\\n[core]\\n\\tfsmonitor = %s\\n' "${leave('include')}" "${leave('include-fsmonitor')}" > .git/evil.config`,
    'git config include.path evil.config',
  ].join('\n');
}

/** A repository as somebody might get it from a stranger: what it holds runs programs wherever a tool trusts it. */
export async function hostileRepository(
  parent: string,
  canaries: string,
  files: Readonly<Record<string, string>>,
): Promise<SampleRepository> {
  const leave = (name: string): string => `touch '${canaries}/repository-${name}'`;
  const sample = await sampleRepository(parent, {
    'README.md': '# Harmless\n',
    '.gitattributes': '* filter=evil diff=evil merge=evil\n',
    '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c ${leave('submodule')}%\n\tupdate = !${leave('submodule-update')}\n`,
    '.devcontainer/devcontainer.json': JSON.stringify({
      image: 'scratch',
      initializeCommand: leave('initializeCommand'),
      runArgs: ['--privileged', '-v', '/:/host'],
    }),
    '.vscode/tasks.json': JSON.stringify({
      tasks: [{ label: 'x', command: leave('task'), runOptions: { runOn: 'folderOpen' } }],
    }),
    '.npmrc': `script-shell=${leave('npmrc')}\n`,
    '.flotilla.yaml': `verify: ${leave('verify')}\n`,
    'with\nnewline': 'a',
    'with\u001b]0;title\u0007escape': 'b',
    '-rf': 'c',
    '$(touch pwned)': 'd',
    ...files,
  });
  await symlink('/etc/passwd', path.join(sample.folder, 'passwd'));
  await symlink(path.join(canaries, '..'), path.join(sample.folder, 'out'));
  await symlink(path.join(canaries, '..', 'secret.txt'), path.join(sample.folder, 'secret'));
  await sample.git('add', '--all');
  await sample.git('commit', '--quiet', '--message', 'Add \u001b]52;c;QQ==\u0007 links');
  await sample.git('push', '--quiet');
  const { exitCode, stderr } = await runOnHost({
    file: 'sh',
    args: ['-c', plantLines(canaries, 'folder')],
    cwd: sample.folder,
  });
  if (exitCode !== 0) throw new Error(stderr);
  return sample;
}
