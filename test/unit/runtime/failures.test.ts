import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { dockerFailure, failureOf, failures } from '../../../src/engine/runtime/devcontainer/failures.ts';

/** What the programs really say, by the line of the table that must know it. */
const said: readonly (readonly [ErrorCode, string])[] = [
  ['disk-full', 'write /var/lib/docker/tmp/GetImageBlob123: no space left on device'],
  [
    'docker-denied',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
  ],
  ['docker-missing', 'Docker over ssh is not supported'],
  [
    'docker-missing',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ],
  ['docker-missing', 'spawn docker ENOENT'],
  ['image-lacks', 'OCI runtime create failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'],
  ['image-unavailable', 'toomanyrequests: You have reached your pull rate limit.'],
  ['image-unavailable', "pull access denied for nope/missing, repository does not exist or may require 'docker login'"],
  ['image-unavailable', 'manifest for node:99 not found: manifest unknown: manifest unknown'],
  ['image-unavailable', 'no matching manifest for linux/amd64 in the manifest list entries'],
  ['image-unavailable', 'Get "https://registry.example/v2/": x509: certificate signed by unknown authority'],
  ['image-unavailable', 'dial tcp: lookup registry-1.docker.io: no such host'],
  [
    'start-failed',
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  ],
  ['start-failed', 'invalid mount config for type "bind": bind source path does not exist: /nonexistent'],
  ['start-failed', 'Conflict. The container name "/flotilla-x" is already in use by container "0123"'],
  ['start-failed', 'Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
  ['image-lacks', 'unable to find user dev: no matching entries in passwd file'],
  ['config-invalid', 'Dev container config (/x/devcontainer.json) not found.'],
  ['environment-gone', '(HTTP code 409) unexpected - Container 0123 is not running'],
];
const fallback = { code: 'start-failed', message: 'fallback' } as const;

describe('the table of failures', () => {
  for (const [index, [code, text]] of said.entries())
    it(`takes "${text.slice(0, 60)}" for ${code}`, () => {
      assert.equal(
        failures.findIndex(({ pattern }) => pattern.test(text)),
        index,
      );
      const failure = failureOf(`before\n${text}\nafter`, fallback);
      assert.equal(failure.code, code);
      assert.equal(failure.detail, `before\n${text}\nafter`);
      assert.notEqual(failure.message, fallback.message);
    });

  it('has a sample for each of its lines', () => {
    assert.equal(said.length, failures.length);
  });

  it('knows nothing of other texts', () => {
    assert.equal(failureOf('something else', fallback).message, 'fallback');
  });

  it('takes what the API connection rejects with by its code', () => {
    const denied = Object.assign(new Error('connect EACCES /var/run/docker.sock'), { code: 'EACCES' });
    const missing = Object.assign(new Error('connect ENOENT /var/run/docker.sock'), { code: 'ENOENT' });
    assert.ok(FlotillaError.is(dockerFailure(denied), 'docker-denied'));
    assert.ok(FlotillaError.is(dockerFailure(missing), 'docker-missing'));
    const leaving = [
      'level=error msg="error waiting for container: unexpected EOF"',
      '(HTTP code 500) server error - failed to update store for object type *libnetwork.endpointCnt: open : no such file or directory ',
    ];
    for (const text of leaving) assert.ok(FlotillaError.is(dockerFailure(new Error(text)), 'docker-missing'));
    assert.ok(FlotillaError.is(dockerFailure(new Error('(HTTP code 500) server error - odd')), 'docker-failed'));
  });

  it('leaves cancellations and errors of ours as they are', () => {
    const own = new FlotillaError('image-lacks', 'x');
    assert.equal(dockerFailure(own), own);
    assert.ok(FlotillaError.is(dockerFailure(new Error('x'), AbortSignal.abort()), 'cancelled'));
  });
});
