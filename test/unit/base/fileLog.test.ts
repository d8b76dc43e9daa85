import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { openFileLog } from '../../../src/engine/base/fileLog.ts';
import { Redactor } from '../../../src/engine/base/redactor.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const line = z.looseObject({ level: z.string(), msg: z.string(), time: z.string() });

describe('the log', () => {
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let file: string;
  beforeEach(() => {
    file = path.join(folder, `${number++}`, 'engine.log');
  });
  after(remove);
  const lines = (): z.output<typeof line>[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((text) => line.parse(JSON.parse(text)));

  it('writes one JSON object per line with level, time, message and fields, for the user alone', () => {
    const log = openFileLog({ file, redactor: new Redactor() });
    log.with({ session: 'abc' }).warn('Something\nhappened', { count: 2 });
    log.debug('not at this level');
    const [first, ...rest] = lines();
    assert.equal(rest.length, 0);
    assert.deepEqual(
      [first?.level, first?.msg, first?.['session'], first?.['count']],
      ['warn', 'Something\nhappened', 'abc', 2],
    );
    assert.ok(!Number.isNaN(Date.parse(first?.time ?? '')));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    void log.close();
  });

  it('writes errors with stack and cause', () => {
    const log = openFileLog({ file, redactor: new Redactor() });
    log.error('It failed', { error: new Error('outer', { cause: new TypeError('inner') }) });
    const error = z.object({ message: z.string(), stack: z.string() }).parse(lines()[0]?.['error']);
    assert.match(error.stack, /fileLog\.test/);
    assert.match(JSON.stringify(lines()[0]), /inner/);
    void log.close();
  });

  it('lets no secret through, wherever it stands', () => {
    const redactor = new Redactor();
    const secret = 'my "own" secret\nvalue';
    redactor.registerSecret(secret);
    const log = openFileLog({ file, redactor });
    log.info(`said ${secret}`, { deep: [{ er: secret }], url: `https://x/?a=${encodeURIComponent(secret)}` });
    log.error('failed', { error: new Error(`with ${secret}`, { cause: secret }) });
    log.info('value', { own: { toJSON: () => '[kept]', value: secret } });
    const text = readFileSync(file, 'utf8');
    for (const spelling of ['own\\" secret', 'secret\\nvalue', encodeURIComponent(secret)])
      assert.ok(!text.includes(spelling), text);
    assert.equal(lines()[2]?.['own'], '[kept]');
    void log.close();
  });

  it('puts full files aside and keeps a few', () => {
    const log = openFileLog({ file, redactor: new Redactor(), maxBytes: 1000, files: 3 });
    for (let count = 0; count < 100; count++) log.info(`line ${count}`);
    const files = readdirSync(path.dirname(file)).sort();
    assert.deepEqual(files, ['engine.log', 'engine.log.1', 'engine.log.2']);
    for (const name of files) assert.ok(statSync(path.join(path.dirname(file), name)).size <= 1000);
    assert.equal(lines().at(-1)?.msg, 'line 99');
    assert.ok(existsSync(`${file}.1`));
    void log.close();
  });

  it('cuts a line that would fill it', () => {
    const log = openFileLog({ file, redactor: new Redactor() });
    log.info('big', { text: 'x'.repeat(1_000_000) });
    assert.ok(statSync(file).size < 10_000);
    assert.equal(lines()[0]?.msg, 'A long line was cut');
    void log.close();
  });
});

describe('the redactor', () => {
  const redact = (text: string): string => new Redactor().redact(text);

  for (const [what, text, secret] of [
    ['an Anthropic key', 'key sk-ant-api03-AbCdEf_123-xyz is', 'AbCdEf'],
    ['a bearer token', 'Authorization: Bearer abc.def-ghi_123', 'abc.def'],
    ['a bearer token in JSON', '{"authorization":"Bearer abc.def-ghi_123"}', 'abc.def'],
    ['a header in JSON', '{"x-api-key":"plain \\"quoted\\" value","b":1}', 'quoted'],
    ['a password in a URL', 'git push https://me:p@ss@host/x.git', 'p@ss'],
    ['a token as user of a URL', 'https://ghtoken123@host/x.git', 'ghtoken123'],
    ['a password of another scheme', 'postgres://me:hunter2@host/db', 'hunter2'],
    ['a GitHub token', 'remote: ghp_0123456789abcdefghijABCDEFGHIJ', '0123456789abc'],
    ['a variable', 'env ANTHROPIC_API_KEY=whatever x', 'whatever'],
    ['a private key', 'a -----BEGIN RSA PRIVATE KEY-----\\nMIIB\\n-----END RSA PRIVATE KEY----- b', 'MIIB'],
    ['a private key that was cut', '{"a":"-----BEGIN PRIVATE KEY-----\\nMIIB\\nxyz","b":1}', 'MIIB'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def', 'eyJzdWIi'],
  ] as const)
    it(`takes out ${what}`, () => {
      const clean = redact(text);
      assert.ok(!clean.includes(secret), clean);
      assert.match(clean, /\[secret\]/);
      if (text.startsWith('{')) assert.doesNotThrow(() => z.unknown().parse(JSON.parse(clean)), clean);
    });

  it('leaves ordinary text alone', () => {
    for (const text of [
      'ssh://git@host/x.git',
      'git@github.com:a/b.git',
      'https://host/a@b',
      '{"outputTokens":12}',
      'a:b',
    ])
      assert.equal(redact(text), text);
  });

  it('takes no long time over text that was made to be slow', () => {
    // Time of its own: the machine may be busy with something else.
    const start = process.cpuUsage();
    for (const part of ['a.', 'http://', 'a:', '"-', '-----BEGIN PRIVATE KEY-----', 'eyJ', 'key=', 'Bearer ', 'sk-'])
      redact(part.repeat(64_000 / part.length));
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`);
  });

  it('forgets a registered secret when told, unless it was registered twice', () => {
    const redactor = new Redactor();
    const [one, two] = [redactor.registerSecret('hidden-value'), redactor.registerSecret('hidden-value')];
    void one.close();
    void one.close();
    assert.equal(redactor.redact('hidden-value'), '[secret]');
    void two.close();
    assert.equal(redactor.redact('hidden-value'), 'hidden-value');
  });
});
