import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redactor } from '../../../src/engine/base/redactor.ts';
import { Secret } from '../../../src/engine/gateway/secret.ts';
import { inspect } from 'node:util';
import { fuzz, hostileText } from '../../support/fuzz.ts';

const secret = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_+/=.$%')),
  minLength: 12,
  maxLength: 60,
});
const spellings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify({ text }),
  url: encodeURIComponent,
  base64: (text) => Buffer.from(text).toString('base64'),
};

describe('fuzzed: secrets', () => {
  it('that are known never get through, in any of their spellings, whatever stands round them', () =>
    fuzz(
      fc.tuple(secret, hostileText, hostileText, fc.constantFrom(...Object.keys(spellings))),
      ([value, before, after, how]) => {
        const redactor = new Redactor();
        const held = redactor.registerSecret(value);
        const said = spellings[how]?.(value) ?? value;
        const clean = redactor.redact(`${before}${said}${after}`);
        for (const spell of Object.values(spellings))
          assert.ok(!clean.includes(spell(value).replace(/=+$/, '')), clean);
        void held.close();
      },
    ));

  it('that look like one never get through, and what was JSON stays JSON', () => {
    const shaped = fc.constantFrom(
      'sk-ant-api03-abcdefghijklmnopqrst-AA',
      'ghp_abcdefghijklmnopqrstuvwx',
      'Bearer abcdefghijklmnop',
      'https://ada:hunter2@git.example/x',
      'AKIAABCDEFGHIJKLMNOP',
    );
    return fuzz(fc.tuple(shaped, hostileText, fc.string()), ([value, key, text]) => {
      const clean = new Redactor().redact(JSON.stringify({ [key]: `${text} ${value} ${text}`, x_api_key: text }));
      assert.doesNotMatch(clean, /abcdefghijklmnop|hunter2|AKIAABCD/);
      assert.doesNotThrow(() => JSON.parse(clean) as unknown);
    });
  });

  it('print as nothing, however they are looked at', () =>
    fuzz(secret, (value) => {
      const held = new Secret(value);
      for (const shown of [String(held), JSON.stringify({ held }), inspect(held, { showHidden: true, depth: 9 })])
        assert.ok(!shown.includes(value));
      assert.equal(held.reveal(), value);
    }));
});
