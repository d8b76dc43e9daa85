import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { z } from 'zod';
import { errorBodySchema } from '../../src/protocol/errors.ts';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { git, type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { sessionOf } from '../support/sessions.ts';

const answer = z.object({ error: errorBodySchema });

/** What a user may get wrong: each gets its own error, and nothing is left of it. */
describe('bad input', function () {
  this.timeout(300_000);
  let flotilla: Flotilla;
  let sample: SampleRepository;
  let at: (name: string) => string;

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({ baseImage: await requirePart(this, 'base image') });
    sample = await sampleRepository(flotilla.folder);
    at = (name) => path.join(flotilla.folder, name);
    await mkdir(at('plain'));
    await git(flotilla.folder, 'init', '--quiet', at('empty'));
    await git(flotilla.folder, 'clone', '--quiet', '--depth', '1', `file://${sample.folder}`, at('shallow')).catch(
      () => undefined,
    );
    await sample.git('commit', '--quiet', '--allow-empty', '-m', 'second');
    await git(flotilla.folder, 'clone', '--quiet', '--depth', '1', `file://${sample.folder}`, at('shallow2'));
  });
  after(() => flotilla.close());

  const refused = async (code: string, ...args: string[]): Promise<string> => {
    const { stdout, exitCode } = await flotilla.run(['new', ...args, '--prompt', 'x', '--json']);
    const { error } = answer.parse(JSON.parse(stdout));
    assert.equal(error.code, code, error.message);
    assert.notEqual(exitCode, 0);
    assert.deepEqual(await flotilla.sessionIds(), [], 'a session was left');
    return error.message;
  };

  it('names a folder that is not there', () => refused('repository-missing', '/nowhere/at all'));
  it('names a folder that is no repository', () => refused('repository-missing', at('plain')));
  it('says what an empty repository needs', () => refused('repository-empty', at('empty')));
  it('says how to complete a shallow clone', async () => {
    assert.match(await refused('repository-shallow', at('shallow2')), /--unshallow/);
  });
  it('says that a URL does not answer', () => refused('repository-unreachable', 'http://127.0.0.1:1/x.git'));
  it('refuses addresses that would run a program', () =>
    refused('invalid-input', 'ext::sh -c touch% /tmp/flotilla-canary'));
  it('names a base that is not there', async () => {
    assert.match(await refused('base-unknown', sample.folder, '--base', 'mian'), /main/);
  });
  it('refuses a branch that is taken', () => refused('branch-taken', sample.folder, '--branch', 'main'));
  it('refuses a branch name that git would not take', () =>
    refused('invalid-input', sample.folder, '--branch', 'a..b'));
  it('refuses limits that make no sense', () => refused('invalid-input', sample.folder, '--memory', '1k'));

  it('refuses an autonomous session without a task', async () => {
    const { stdout } = await flotilla.run(['new', sample.folder, '--json']);
    assert.equal(answer.parse(JSON.parse(stdout)).error.code, 'invalid-input');
  });

  it('takes what is checked out when HEAD is detached, and says what it leaves alone', async () => {
    await writeFile(path.join(sample.folder, 'new.txt'), 'mine');
    await writeFile(
      path.join(sample.folder, '.gitmodules'),
      '[submodule "a"]\n\tpath = a\n\turl = https://example.com/a.git\n',
    );
    await sample.git('add', '.gitmodules');
    await sample.git('commit', '--quiet', '-m', 'third');
    await sample.git('checkout', '--quiet', '--detach');
    const made = await flotilla.run([
      'new',
      sample.folder,
      '--prompt',
      'x',
      '--json',
      '--detach',
      ...flotilla.buildArguments,
    ]);
    assert.equal(made.exitCode, 0, made.stdout);
    const [id = ''] = await flotilla.sessionIds();
    const session = await sessionOf(flotilla, id);
    assert.equal(session.base.commit, await sample.git('rev-parse', 'HEAD'));
    assert.ok(
      session.notices.some((notice) => notice.includes('1 untracked')),
      session.notices.join('\n'),
    );
    assert.ok(
      session.notices.some((notice) => /submodule/i.test(notice)),
      session.notices.join('\n'),
    );
    await flotilla.run(['remove', id, '--discard', '--yes']);
  });

  it('takes uncommitted work along when asked, and leaves the folder as it was', async () => {
    const before = await sample.git('status', '--porcelain');
    const made = await flotilla.run([
      'new',
      sample.folder,
      '--prompt',
      'x',
      '--take-uncommitted',
      '--json',
      '--detach',
      ...flotilla.buildArguments,
    ]);
    assert.equal(made.exitCode, 0, made.stdout);
    assert.equal(await sample.git('status', '--porcelain'), before);
    const [id = ''] = await flotilla.sessionIds();
    const session = await flotilla.until(id, ({ state }) => state === 'completed');
    assert.notEqual(session.base.commit, await sample.git('rev-parse', 'HEAD'));
    await flotilla.run(['remove', id, '--discard', '--yes']);
  });

  it('names what an image lacks, all at once', async () => {
    const image = process.env['FLOTILLA_TEST_BASE_IMAGE'] ?? '';
    const made = await flotilla.run(['new', sample.folder, '--prompt', 'x', '--image', image, '--json']);
    assert.notEqual(made.exitCode, 0);
    const [id = ''] = await flotilla.sessionIds();
    const session = await sessionOf(flotilla, id);
    assert.equal(session.reason.code, 'image-lacks');
    assert.match(session.reason.message, /claude/);
  });

  it('never takes a failed set-up command for success, and leaves no environment', async () => {
    const made = await flotilla.run([
      'new',
      sample.folder,
      '--prompt',
      'x',
      '--setup',
      'echo preparing; false',
      '--name',
      'set-up',
      '--json',
      ...flotilla.buildArguments,
    ]);
    assert.notEqual(made.exitCode, 0);
    const session = await sessionOf(flotilla, 'set-up');
    assert.equal(session.reason.code, 'setup-failed');
    assert.match(session.reason.detail ?? '', /preparing/);
    assert.equal(session.environment, undefined);
  });
});
