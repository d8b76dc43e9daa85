import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readCredentials } from '../../../src/client/credentials.ts';
import { EngineError } from '../../../src/client/engineError.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

describe('credentials of a face', () => {
  const { folder, remove } = temporaryFolder();
  const file = path.join(folder, 'credentials.json');
  after(remove);
  const refused = (error: unknown): boolean => EngineError.is(error, 'config-invalid');
  const inFile = { credential: { kind: 'api-key', value: 'key-in-file' } };

  it('are taken from the variables of Claude Code, in its order', async () => {
    const all = {
      ANTHROPIC_AUTH_TOKEN: 'token-auth',
      ANTHROPIC_API_KEY: 'the-api-key',
      CLAUDE_CODE_OAUTH_TOKEN: 'token-oauth',
    };
    const found = async (env: Record<string, string>): Promise<unknown> =>
      (await readCredentials(env, folder))?.credential;
    assert.deepEqual(await found(all), { kind: 'oauth-token', value: 'token-auth' });
    assert.deepEqual(await found({ ...all, ANTHROPIC_AUTH_TOKEN: '' }), { kind: 'api-key', value: 'the-api-key' });
    const { CLAUDE_CODE_OAUTH_TOKEN } = all;
    assert.deepEqual(await found({ CLAUDE_CODE_OAUTH_TOKEN }), { kind: 'oauth-token', value: 'token-oauth' });
    assert.equal(await found({}), undefined);
  });

  it('go to the upstream that the user has set', async () => {
    const env = { ANTHROPIC_API_KEY: 'the-api-key', ANTHROPIC_BASE_URL: 'https://proxy.example.com/api' };
    assert.equal((await readCredentials(env, folder))?.upstream, 'https://proxy.example.com/api');
    await assert.rejects(readCredentials({ ...env, ANTHROPIC_BASE_URL: 'ftp://x' }, folder), refused);
  });

  it('are never quoted in an error', async () => {
    const env = { ANTHROPIC_API_KEY: 'short' };
    await assert.rejects(
      readCredentials(env, folder),
      (error) => refused(error) && !JSON.stringify(error).includes('short'),
    );
  });

  it('come from a file that only the user can read', async () => {
    writeFileSync(file, JSON.stringify(inFile), { mode: 0o600 });
    assert.deepEqual(await readCredentials({}, folder), inFile);
    chmodSync(file, 0o640);
    await assert.rejects(readCredentials({}, folder), (error) => refused(error) && /chmod 600/.test(String(error)));
    chmodSync(file, 0o600);
    writeFileSync(file, '{"credential":"oops"}');
    await assert.rejects(readCredentials({}, folder), refused);
  });

  it('do not come from a link to somewhere else', async () => {
    const linked = path.join(folder, 'linked');
    mkdirSync(linked);
    symlinkSync(file, path.join(linked, 'credentials.json'));
    await assert.rejects(readCredentials({}, linked), refused);
  });
});
