import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { runOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { entriesBelow } from '../support/entriesBelow.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { SecretScan } from '../support/secretScan.ts';
import { bash, sessionOf } from '../support/sessions.ts';

/** Of this run alone: whatever else is tested on this machine has another. */
const key = `sk-ant-api03-flotilla-test-${randomBytes(32).toString('hex')}-AA`;
const scan = new SecretScan([key]);
/** What stands in every transcript, so that the search is known to search. */
const placeholder = 'Nothing of interest in this one.';

const docker = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await runOnHost({ file: 'docker', args });
  return stdout.toString('latin1') + stderr;
};

describe('the API key', function () {
  this.timeout(180_000);
  let flotilla: Flotilla;
  let id = '';
  let container = '';

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      env: { FLOTILLA_LOG_LEVEL: 'debug', ANTHROPIC_API_KEY: key },
      scenario: {
        rules: [
          {
            match: 'look around',
            steps: [
              bash('env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n"; ls -la /flotilla/api; true'),
              bash('git commit --allow-empty -qm looked; sleep 8'),
              { text: placeholder },
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
      flotilla.api.requests.every(({ headers }) => headers['x-api-key'] === key),
      'the real key did not reach the API',
    );
  });

  it('is in no environment variable, argument, label, log or changed file of the container', async () => {
    assert.deepEqual(await scan.container(container), []);
  });

  it('is in no arguments and no environment on the host but of the command that the user ran', async () => {
    assert.deepEqual(await scan.processes((line) => line.includes('cli.cjs')), []);
  });

  it('is in no file of its volumes', async () => {
    const session = await flotilla.until(id, ({ state }) => state === 'completed');
    assert.equal(session.head?.ahead, 1);
    const volumes = (await docker('volume', 'ls', '--quiet', '--filter', `label=flotilla.session=${id}`))
      .trim()
      .split('\n');
    assert.ok(volumes.length >= 2, volumes.join());
    const image = session.environment?.image ?? '';
    assert.deepEqual(await scan.volumes(volumes, image), []);
    const found = await new SecretScan([placeholder]).volumes(volumes, image);
    assert.ok(found.length > 0, 'the search finds nothing at all');
    assert.deepEqual(await scan.container(container), []);
  });

  it("is in no file of the engine: store, log, session's folder, work store with its objects, mirror", async () => {
    const files = (await entriesBelow(flotilla.folder)).map(({ name }) => name);
    for (const name of ['engine.log', 'flotilla.db', 'objects'])
      assert.ok(
        files.some((file) => file.endsWith(name)),
        `${name} is not among ${files.slice(0, 20).join(' ')}`,
      );
    // The lock's file is held by the engine; reading it elsewhere is harmless, but it holds nothing.
    assert.deepEqual(await scan.files(flotilla.folder, (file) => file.endsWith('engine.lock.db')), []);
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
        assert.deepEqual(scan.in(form.join(' '), stdout + stderr), []);
      }
    assert.equal((await sessionOf(flotilla, id)).network, 'none');
  });
});
