import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { doctor } from '../../../src/engine/operations/doctor.ts';
import type { Check } from '../../../src/protocol/operations.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const { signal } = new AbortController();
const names = ['PATH', 'HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NODE_EXTRA_CA_CERTS'] as const;

describe('the doctor', () => {
  let bed: RoomBed;
  let place: ReturnType<typeof temporaryFolder>;
  let before: Record<string, string | undefined>;
  beforeEach(() => {
    before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    for (const name of names.slice(1)) Reflect.deleteProperty(process.env, name);
    bed = new RoomBed();
    place = temporaryFolder();
  });
  afterEach(async () => {
    for (const name of names) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    await bed.close();
    place.remove();
  });

  const look = async (id: string): Promise<Pick<Check, 'status' | 'message'> & { advice?: string | undefined }> => {
    const checks = await doctor(
      { runtime: bed.runtime, credentials: bed.credentials, orphans: bed.room.orphans },
      signal,
    );
    const found = checks.find((check) => check.id === id);
    assert.ok(found !== undefined, `nothing was said of ${id}`);
    return found;
  };
  /** A folder in which `git` says this; nothing else is found. */
  const withGit = (script: string | undefined): void => {
    const folder = path.join(place.folder, 'bin');
    mkdirSync(folder);
    if (script !== undefined) writeFileSync(path.join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env['PATH'] = folder;
  };

  it('finds git, and says which', async () => {
    const { status, message } = await look('git');
    assert.deepEqual([status, /^git version \d/.test(message)], ['ok', true]);
  });

  for (const [script, said] of [
    ['echo git version 2.37.9', /2\.37\.9 is too old/],
    ['echo git version 1.9.1', /1\.9\.1 is too old/],
    ['echo nothing', /does not answer/],
    ['exit 3', /does not answer/],
    [undefined, /is not installed/],
  ] as const)
    it(`says what to do about a git that is "${script ?? 'not there'}"`, async () => {
      withGit(script);
      const { status, message, advice } = await look('git');
      assert.equal(status, 'failed');
      assert.match(message, said);
      assert.match(advice ?? '', /Install git 2\.38/);
    });

  it('takes a git of another major version for new', async () => {
    withGit('echo git version 3.0.0');
    assert.equal((await look('git')).status, 'ok');
  });

  it('knows whether there are credentials, and never says them', async () => {
    const { status, message } = await look('credentials');
    assert.equal(status, 'ok');
    assert.equal(message.includes('sk-ant'), false);
    bed.credentials.clear();
    assert.equal((await look('credentials')).status, 'warning');
  });

  it('names the proxy without who signs in to it, and what is no proxy', async () => {
    assert.match((await look('proxy')).message, /directly/);
    process.env['https_proxy'] = 'http://ada:secret@proxy.example:3128';
    assert.equal((await look('proxy')).message, 'Requests go through http://proxy.example:3128.');
    process.env['HTTPS_PROXY'] = 'proxy.example:3128';
    assert.equal((await look('proxy')).status, 'failed');
  });

  it('looks whether the certificates that are named are there', async () => {
    assert.equal((await look('ca')).status, 'ok');
    process.env['NODE_EXTRA_CA_CERTS'] = path.join(place.folder, 'bundle.pem');
    assert.equal((await look('ca')).status, 'failed');
    writeFileSync(path.join(place.folder, 'bundle.pem'), 'a certificate');
    assert.equal((await look('ca')).status, 'ok');
  });

  it('names environments that no session owns, and is silent where they cannot be listed', async () => {
    assert.equal((await look('orphans')).status, 'ok');
    const { id } = bed.session();
    bed.store.sessions.remove(id, { face: 'cli', user: 'tester' });
    assert.match((await look('orphans')).message, new RegExp(id));
    bed.runtime.failure = new Error('Docker does not answer');
    await assert.rejects(look('orphans'), /nothing was said of orphans/);
  });
});
