import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Docker } from '../../../src/engine/runtime/devcontainer/docker.ts';
import { dockerChecks } from '../../../src/engine/runtime/devcontainer/dockerChecks.ts';
import { clientVariables, contextEndpoint } from '../../../src/engine/runtime/devcontainer/dockerEndpoint.ts';

describe('where Docker is', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-docker-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function context(name: string, host: string): Promise<void> {
    const meta = path.join(folder, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
    await mkdir(meta, { recursive: true });
    await writeFile(
      path.join(meta, 'meta.json'),
      JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
    );
  }

  it("is read from the user's current context", async () => {
    await context('desktop-linux', 'unix:///home/u/.docker/desktop/docker.sock');
    await writeFile(path.join(folder, 'config.json'), '{"currentContext":"desktop-linux","auths":{}}');
    const expected = 'unix:///home/u/.docker/desktop/docker.sock';
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder }), expected);
  });

  it('is left to DOCKER_HOST, and to the default when the files say nothing', async () => {
    await context('other', 'unix:///o');
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'other' }), 'unix:///o');
    const both = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'other', DOCKER_HOST: 'tcp://h:1' };
    assert.equal(await contextEndpoint(both), undefined);
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder }), undefined);
    await writeFile(path.join(folder, 'config.json'), 'broken');
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder }), undefined);
    await writeFile(path.join(folder, 'config.json'), '{"currentContext":"unknown"}');
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder }), undefined);
  });

  it('is the same for us and for the docker client', async () => {
    await context('remote', 'ssh://somewhere');
    assert.equal(await contextEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'remote' }), undefined);
    assert.deepEqual(clientVariables(undefined, {}), { DOCKER_CONTEXT: 'default' });
    const host = { DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: undefined };
    assert.deepEqual(clientVariables(undefined, { DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: 'other' }), host);
    assert.deepEqual(clientVariables('unix:///o', {}), { DOCKER_HOST: 'unix:///o', DOCKER_CONTEXT: undefined });
  });

  it('is checked, and what to do is said when it is not there', async () => {
    const nowhere = new Docker(`unix://${path.join(folder, 'none.sock')}`);
    const checks = await dockerChecks(nowhere, new AbortController().signal);
    const daemon = checks.find(({ id }) => id === 'docker');
    assert.equal(daemon?.status, 'failed');
    assert.match(daemon.advice ?? '', /Start Docker/);
    assert.deepEqual(checks.map(({ id }) => id).sort(), ['docker', 'docker-client', 'docker-disk']);
  });
});
