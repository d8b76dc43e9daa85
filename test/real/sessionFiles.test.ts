import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { EngineError } from '../../src/client/engineError.ts';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import { shellTerminalId } from '../../src/protocol/terminal.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import { execArguments } from '../../src/extension/attach/execCommand.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { bash, sessionOf } from '../support/sessions.ts';

const text = (content: string): string => Buffer.from(content, 'base64').toString('utf8');
const base64 = (content: string): string => Buffer.from(content).toString('base64');

/** A session's files as a face sees them: through the engine, in a real container. */
describe('the files of a session', function () {
  this.timeout(180_000);
  let flotilla: Flotilla;
  let client: EngineClient;
  let session = '';
  /** Its checkpoint when Claude had ended. Earlier ones may have been made while it worked. */
  let ofClaude = 0;

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      scenario: {
        rules: [
          {
            match: 'describe the pear',
            steps: [
              bash("printf '# Pear\\n' > fruit/pear.md && git add -A && git commit -qm 'Describe the pear'"),
              bash(
                "printf 'not committed' > 'a note ü.txt' && rm count.sh && ln -s /etc/passwd out && printf more >> README.md",
              ),
              { text: 'Done.' },
            ],
          },
        ],
      },
    });
    const { folder } = await sampleRepository(flotilla.folder, undefined, 'my orchard ü');
    const made = await flotilla.run(['new', folder, '--prompt', 'describe the pear', ...flotilla.buildArguments]);
    assert.equal(made.exitCode, 0, made.stdout + made.stderr);
    [session = ''] = await flotilla.sessionIds();
    client = await flotilla.connect();
    ofClaude = (await sessionOf(flotilla, session)).checkpoint?.number ?? assert.fail('there is no checkpoint');
  });
  after(async () => {
    client.close();
    await flotilla.close();
  });

  const refuses = (work: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(work, (error) => EngineError.is(error, code) || assert.fail(`${String(error)}, not ${code}`));
  const read = async (path: string): Promise<string> =>
    text((await client.call('file.read', { session, path })).content);
  const names = async (path = ''): Promise<string[]> =>
    (await client.call('file.list', { session, path })).entries.map(({ name }) => name).sort();

  it('are listed and read while its environment runs', async () => {
    assert.deepEqual(await names(), ['.git', 'README.md', 'a note ü.txt', 'fruit', 'out']);
    assert.equal(await read('fruit/pear.md'), '# Pear\n');
    assert.equal(await read('a note ü.txt'), 'not committed');
    const { stats } = await client.call('file.stat', { session, paths: ['fruit', 'out', 'count.sh'] });
    assert.deepEqual(
      stats.map((stat) => stat && [stat.kind, stat.isLink, stat.isReadonly]),
      [['folder', false, false], ['other', true, false], null],
    );
    await refuses(read('out'), 'file-denied');
    await refuses(read('count.sh'), 'file-missing');
  });

  it('are written as the user of the environment, and Claude sees them', async () => {
    const { stat } = await client.call('file.write', { session, path: 'fruit/plum.md', content: base64('# Plum\n') });
    assert.equal(stat?.size, 7);
    const { name, user } = await client.call('session.environment', { session });
    const shown = await runOnHost({
      file: 'docker',
      args: ['exec', name, 'stat', '-c', '%U %s', '/workspaces/my orchard ü/fruit/plum.md'],
    });
    assert.equal(shown.stdout.toString('utf8').trim(), `${user} 7`);
    const { files } = await client.call('session.diff', { session, patch: false });
    assert.ok(files.some(({ path, status }) => path === 'fruit/plum.md' && status === 'added'));
  });

  it('can be as long as three requests', async () => {
    const content = Buffer.alloc(5_000_000, 'long ');
    const upload = 'abcdef01';
    for (let offset = 0; offset < content.length; offset += 2_000_000) {
      const part = { upload, offset, isLast: offset + 2_000_000 >= content.length };
      const piece = content.subarray(offset, offset + 2_000_000).toString('base64');
      await client.call('file.write', { session, path: 'long', content: piece, part });
    }
    const back = await client.call('file.read', { session, path: 'long' });
    assert.ok(Buffer.from(back.content, 'base64').equals(content));
  });

  it('are renamed, deleted and put into folders', async () => {
    await client.call('file.makeFolder', { session, path: 'new folder' });
    await client.call('file.rename', { session, from: 'long', to: 'new folder/long' });
    assert.deepEqual(await names('new folder'), ['long']);
    await refuses(client.call('file.delete', { session, path: 'new folder' }), 'folder-not-empty');
    await client.call('file.delete', { session, path: 'new folder', recursive: true });
    assert.ok(!(await names()).includes('new folder'));
  });

  it('are known as they were at the base, at the last commit and at each checkpoint', async () => {
    const at = async (which: 'base' | 'head' | 'checkpoint', path: string, checkpoint?: string): Promise<string> =>
      text((await client.call('file.atRevision', { session, which, path, checkpoint })).content);
    assert.match(await at('base', 'README.md'), /each\.\n$/);
    assert.match(await at('checkpoint', 'README.md'), /each\.\nmore$/);
    assert.equal(await at('head', 'fruit/pear.md'), '# Pear\n');
    await refuses(at('base', 'fruit/pear.md'), 'file-missing');
    assert.match(await at('base', 'count.sh'), /^#!/);
    await refuses(at('checkpoint', 'count.sh'), 'file-missing');

    const { checkpoints } = await client.call('checkpoint.list', { session });
    const [newest] = checkpoints;
    const oldest = checkpoints.find(({ number }) => number === ofClaude);
    assert.ok(
      newest !== undefined && oldest !== undefined && newest.number > oldest.number,
      JSON.stringify(checkpoints),
    );
    assert.equal(await at('checkpoint', 'fruit/plum.md', newest.commit), '# Plum\n');
    await refuses(at('checkpoint', 'fruit/plum.md', oldest.commit), 'file-missing');
    const changes = await client.call('checkpoint.changes', { session, commit: oldest.commit });
    const changed = changes.files.map(({ path, status }) => `${status} ${path}`);
    for (const one of ['added a note ü.txt', 'deleted count.sh', 'added fruit/pear.md', 'modified README.md'])
      assert.ok(changed.includes(one), `${one} is not in ${changed.join(', ')}`);
    await refuses(at('checkpoint', 'README.md', '0'.repeat(40)), 'invalid-input');
  });

  it('tell a shell the way: docker exec with the told name, user and folder', async () => {
    const place = await client.call('session.environment', { session });
    assert.match(place.name, /^flotilla-.*-[a-z0-9]{8}$/);
    assert.equal(place.isRunning, true);
    const [exec = '', , ...args] = execArguments(place);
    const input = 'id -un; pwd; echo "$0"\n';
    const { stdout, stderr } = await runOnHost({ file: 'docker', args: [exec, '-i', ...args], input });
    assert.equal(stdout.toString('utf8'), `${place.user}\n${place.workspaceFolder}\nbash\n`, stderr);
  });

  it('are in reach of a shell, which ends with its terminal and takes what it started along', async () => {
    let shown = '';
    const terminal = await client.terminal(shellTerminalId(session, 'abcdef01'), {
      message: () => undefined,
      bytes: (chunk) => (shown += Buffer.from(chunk).toString('utf8')),
      closed: () => undefined,
    });
    const until = async (wish: () => Promise<boolean> | boolean): Promise<void> => {
      for (const end = Date.now() + 15_000; !(await wish());) {
        assert.ok(Date.now() < end, shown);
        await sleep(50);
      }
    };
    terminal.send({ type: 'focus', size: { cols: 100, rows: 30 } });
    terminal.input(
      Buffer.from('sleep 4321 & while [ "$(stty size)" != "30 100" ]; do sleep 0.1; done; echo $((40 + 2))$PWD\n'),
    );
    await until(() => shown.includes('42/workspaces/my orchard ü'));
    const { name } = await client.call('session.environment', { session });
    const sleeps = async (): Promise<boolean> => {
      const { stdout } = await runOnHost({ file: 'docker', args: ['exec', name, 'ps', '-eo', 'args'] });
      return /^(sleep 4321|bash)$/m.test(stdout.toString('utf8'));
    };
    assert.ok(await sleeps());
    terminal.close();
    await until(async () => !(await sleeps()));
  });

  it('have no shell where nothing runs', async () => {
    const handlers = { message: () => undefined, bytes: () => undefined, closed: () => undefined };
    await refuses(client.terminal(shellTerminalId('zzzzzzzz', 'abcdef01'), handlers), 'unknown-session');
  });

  it('of a session that never ran are those of its base', async () => {
    const repository = `${flotilla.folder}/my orchard ü`;
    const made = await client.call('session.create', { repository, prompt: 'later', start: false });
    const key = { session: made.session.id };
    assert.match(text((await client.call('file.read', { ...key, path: 'README.md' })).content), /each\.\n$/);
    const { entries } = await client.call('file.list', { ...key, path: 'fruit' });
    assert.deepEqual(
      entries.map(({ name, stat }) => [name, stat.isReadonly]),
      [['apple.md', true]],
    );
    assert.deepEqual(await client.call('checkpoint.list', key), { checkpoints: [] });
  });

  it('can still be read, but not changed, when its environment is stopped and even gone', async () => {
    const isDone = await flotilla.run(['resume', session]);
    assert.equal(isDone.exitCode, 0, isDone.stderr);
    await flotilla.until(session, ({ state }) => state === 'completed' || state === 'running');
    await flotilla.run(['stop', session]);
    await flotilla.run(['cancel', session]);
    await flotilla.until(session, ({ state, environment }) => state === 'cancelled' && environment === undefined);
    assert.deepEqual(await names(), ['README.md', 'a note ü.txt', 'fruit', 'out']);
    assert.equal(await read('a note ü.txt'), 'not committed');
    assert.equal(await read('fruit/plum.md'), '# Plum\n');
    const { stats } = await client.call('file.stat', { session, paths: ['README.md', 'fruit', '', 'no'] });
    assert.deepEqual(
      stats.map((stat) => stat && [stat.kind, stat.isReadonly]),
      [['file', true], ['folder', true], ['folder', true], null],
    );
    await refuses(client.call('file.write', { session, path: 'x', content: '' }), 'not-in-this-state');
    await refuses(client.call('session.environment', { session }), 'environment-gone');
  });
});
