import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { fakeKey, Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { bash, sessionOf } from '../support/sessions.ts';

/** Any 20 characters of the key's secret part are a leak: Claude Code keeps tails of keys in its configuration. */
const pieces = [
  fakeKey,
  fakeKey.slice(0, 40),
  fakeKey.slice(-20),
  Buffer.from(fakeKey).toString('base64').slice(4, 60),
];
const leaks = (text: string): string[] => pieces.filter((piece) => text.includes(piece));

const docker = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await runOnHost({ file: 'docker', args });
  return stdout.toString('latin1') + stderr;
};

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

describe('the API key', function () {
  this.timeout(180_000);
  let flotilla: Flotilla;
  let id = '';
  let container = '';

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      env: { FLOTILLA_LOG_LEVEL: 'debug' },
      scenario: {
        rules: [
          {
            match: 'look around',
            steps: [
              bash('env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n"; ls -la /flotilla/api; true'),
              bash('git commit --allow-empty -qm looked; sleep 8'),
              { text: 'Nothing of interest.' },
            ],
          },
        ],
      },
    });
    const { folder } = await sampleRepository(flotilla.folder);
    const started = await flotilla.run([
      'new',
      folder,
      '--prompt',
      'look around',
      '--network',
      'none',
      '--detach',
      ...flotilla.buildArguments,
    ]);
    assert.equal(started.exitCode, 0, started.stdout + started.stderr);
    [id = ''] = await flotilla.sessionIds();
    const session = await flotilla.until(
      id,
      ({ state, turns, usage }) => state === 'failed' || turns > 0 || usage.requests >= 2,
      120_000,
    );
    container = session.environment?.id ?? '';
  });
  after(() => flotilla.close());

  it('reaches the API although the environment has no network', async () => {
    const interfaces = await docker('exec', container, 'ls', '/sys/class/net');
    assert.equal(interfaces.trim(), 'lo');
    assert.ok(flotilla.api.requests.length >= 2);
    assert.ok(
      flotilla.api.requests.every(({ headers }) => headers['x-api-key'] === fakeKey),
      'the real key did not reach the API',
    );
  });

  it('is in no environment variable, argument, label or setting of the container', async () => {
    const seen = [
      await docker('inspect', container),
      await docker('exec', '--user', 'root', container, 'sh', '-c', 'cat /proc/*/environ /proc/*/cmdline'),
      await docker('exec', container, 'env'),
      await docker('logs', container),
    ];
    seen.forEach((text, index) => assert.deepEqual(leaks(text), [], `part ${index}`));
  });

  it('is on no command line of the host', async () => {
    const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'args', '-ww'] });
    assert.deepEqual(leaks(stdout.toString('utf8')), []);
  });

  it('is in no file of the container and of its volumes', async () => {
    const session = await flotilla.until(id, ({ state }) => state === 'completed');
    assert.equal(session.head?.ahead, 1);
    const volumes = (await docker('volume', 'ls', '--quiet', '--filter', `label=flotilla.session=${id}`))
      .trim()
      .split('\n');
    assert.ok(volumes.length >= 2, volumes.join());
    const mounts = volumes.flatMap((volume) => ['--volume', `${volume}:/v/${volume}:ro`]);
    const find = `grep -rlaF ${pieces.map((piece) => `-e '${piece}'`).join(' ')} /v; true`;
    const { stdout, stderr } = await runOnHost({
      file: 'docker',
      args: [
        'run',
        '--rm',
        '--network',
        'none',
        '--user',
        'root',
        ...mounts,
        session.environment?.image ?? '',
        'sh',
        '-c',
        find,
      ],
    });
    assert.equal(stdout.toString('utf8'), '', stderr);
    const changed = await docker(
      'exec',
      '--user',
      'root',
      container,
      'sh',
      '-c',
      `grep -rlaF ${pieces.map((piece) => `-e '${piece}'`).join(' ')} /tmp /home /root /run /var/log /etc 2>/dev/null; true`,
    );
    assert.equal(changed, '');
  });

  it("is in no file of the engine: store, log, session's folder, work store, mirror", async () => {
    const files = await filesBelow(flotilla.folder);
    assert.ok(
      files.some((file) => file.endsWith('engine.log')) && files.some((file) => file.endsWith('flotilla.db')),
      files.slice(0, 20).join('\n'),
    );
    for (const file of files) {
      // The lock's file is held by the engine; reading it elsewhere is harmless, but it holds nothing.
      if (file.endsWith('engine.lock.db')) continue;
      assert.deepEqual(leaks((await readFile(file)).toString('latin1')), [], file);
    }
  });

  it('is in nothing that the command prints', async () => {
    for (const args of [
      ['show', id],
      ['logs', id],
      ['list'],
      ['doctor'],
      ['engine', 'status'],
      ['engine', 'logs'],
      ['diff', id],
    ])
      for (const form of [args, [...args, '--json']]) {
        const { stdout, stderr } = await flotilla.run(form);
        assert.deepEqual(leaks(stdout + stderr), [], form.join(' '));
      }
    assert.equal((await sessionOf(flotilla, id)).network, 'none');
  });
});
