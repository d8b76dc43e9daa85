import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { DevcontainerEnvironment } from '../../../src/engine/runtime/devcontainer/devcontainerEnvironment.ts';
import { Docker } from '../../../src/engine/runtime/devcontainer/docker.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const facts = { sessionId: 'bcdfghjk', id: 'c1', image: 'i', user: 'node', workspaceFolder: '/w', description: '' };

describe('the status of an environment', () => {
  for (const [said, means] of [
    [{ Running: true, Status: 'running' }, 'running'],
    [{ Running: false, Status: 'exited' }, 'stopped'],
    [{ Running: false, Status: 'removing' }, 'gone'],
    [undefined, 'gone'],
  ] as const)
    it(`is ${means} when Docker says ${said?.Status ?? 'that it has no such container'}`, async () => {
      const { folder, remove } = temporaryFolder();
      const socket = path.join(folder, 'docker.sock');
      const server = http.createServer((_, response) => {
        response.writeHead(said === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ State: said, HostConfig: {} }));
      });
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      try {
        const environment = new DevcontainerEnvironment(new Docker(`unix://${socket}`), facts);
        assert.equal(await environment.status(), means);
      } finally {
        server.closeAllConnections();
        server.close();
        remove();
      }
    });
});
