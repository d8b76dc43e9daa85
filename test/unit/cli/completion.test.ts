import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skipFor } from '../../support/skips.ts';
import { completionScripts, shells } from '../../../src/cli/completionScripts.ts';
import { cliBed, session } from './bed.ts';
import { FakeEngine } from './fakeEngine.ts';

const complete = async (...words: string[]): Promise<string[]> => {
  const sessions = [session(), session({ id: 'zzzzzzzz', name: 'has spaces; rm -rf' })];
  const bed = cliBed(new FakeEngine({ 'session.list': () => ({ sessions, seq: 1 }) }));
  assert.equal(await bed.run('__complete', '--', ...words), 0);
  return bed.out.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');
};

describe('completion', () => {
  it('offers commands, and those of a group', async () => {
    assert.deepEqual(await complete('s'), ['show', 'send', 'stop']);
    assert.deepEqual(await complete('eng'), ['engine']);
    assert.deepEqual(await complete('engine', 'st'), ['start', 'stop', 'status']);
    assert.deepEqual(await complete('land'), ['land', 'landing']);
    assert.deepEqual(await complete('landing', 're'), ['rebase', 'resolve']);
    assert.ok(!(await complete('')).includes('__complete'));
  });

  it('offers options and their values', async () => {
    assert.deepEqual(await complete('new', '.', '--perm'), ['--permission-mode']);
    assert.deepEqual(await complete('new', '--network', ''), ['bridge', 'none']);
    assert.deepEqual(await complete('land', 'fix-login', '--no'), ['--no-lock-files']);
    assert.deepEqual(await complete('landing', 'resolve', '--take', ''), ['ours', 'theirs']);
    assert.deepEqual(await complete('landing', 'status', 'fix'), ['fix-login']);
    assert.deepEqual(await complete('new', '--prompt-file', ''), [':files']);
    assert.deepEqual(await complete('new', '--prompt', ''), []);
    assert.deepEqual(await complete('new', ''), [':folders']);
    assert.deepEqual(await complete('completion', 'z'), ['zsh']);
  });

  it('offers sessions by name and id, but no name that a shell would act on', async () => {
    assert.deepEqual(await complete('show', ''), ['fix-login', 'bcdfghjk', 'zzzzzzzz']);
    assert.deepEqual(await complete('logs', '-f', 'fix'), ['fix-login']);
    assert.deepEqual(await complete('show', 'fix-login', ''), []);
  });

  it('never starts an engine, and says nothing when there is none', async () => {
    const engine = new FakeEngine({});
    engine.isRunning = false;
    const bed = cliBed(engine);
    assert.equal(await bed.run('__complete', '--', 'show', ''), 0);
    assert.deepEqual([bed.out.text, bed.err.text, engine.wishes[0]?.start], ['', '', 'never']);
  });

  describe('in a shell', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'flotilla-completion-'));
      await mkdir(path.join(folder, 'a folder'));
      const script =
        '#!/bin/sh\nshift 2\ncase "$*" in "show fi") printf "fix-login\\trunning\\nfix-two\\tdone\\n";; "new ") echo :folders;; esac\n';
      await writeFile(path.join(folder, 'flotilla'), script);
      await chmod(path.join(folder, 'flotilla'), 0o755);
    });
    after(() => rm(folder, { recursive: true }));

    for (const shell of shells)
      it(`has a script that ${shell} reads`, async function () {
        if (spawnSync(shell, ['--version']).error) skipFor(this, `${shell} is not installed.`);
        const file = path.join(folder, `completion.${shell}`);
        await writeFile(file, completionScripts[shell]);
        execFileSync(shell, ['-n', file]);
      });

    it('completes in bash', () => {
      const line = (words: string[]): string => {
        const program = `${completionScripts.bash}\nCOMP_WORDS=(flotilla "$@"); COMP_CWORD=$#\n_flotilla flotilla "\${@: -1}" 2>/dev/null; printf '%s|' "\${COMPREPLY[@]}"`;
        const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
        return execFileSync('bash', ['-c', program, 'bash', ...words], { cwd: folder, env, encoding: 'utf8' });
      };
      assert.equal(line(['show', 'fi']), 'fix-login|fix-two|');
      assert.equal(line(['new', '']), 'a folder|');
    });
  });
});
