import assert from 'node:assert/strict';
import { crowdedFiles, longFiles, longFunctions } from '../support/rules/sizes.ts';
import { type Source, readSources } from '../support/rules/source.ts';

const file = (path: string, text: string): Source => ({ path, text });
const say = (violations: readonly string[]): string => `\n${violations.join('\n')}`;

describe('the grain of the code', () => {
  const sources = readSources(/^(src|test)\/.*\.ts$/);

  it('has files of at most 300 lines, tests of at most 500', () => {
    const wrong = longFiles(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('has functions of at most 40 lines', () => {
    const wrong = longFunctions(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('has at most three exported values in a file', () => {
    const wrong = crowdedFiles(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });
});

describe('the rule of sizes', () => {
  it('counts lines, and lets tests be longer', () => {
    const text = 'x;\n'.repeat(301);
    assert.deepEqual(longFiles([file('src/cli/a.ts', text)]), [
      'src/cli/a.ts:301 301 lines; a file of this kind has at most 300',
    ]);
    assert.deepEqual(longFiles([file('src/cli/a.ts', 'x;\n'.repeat(300)), file('test/unit/a.test.ts', text)]), []);
  });

  it('finds a long function, and takes a chapter of a test for none', () => {
    const body = 'x;\n'.repeat(40);
    assert.match(
      longFunctions([file('src/cli/a.ts', `\nconst f = () => {\n${body}};`)])[0] ?? '',
      /a\.ts:2 a function of 42/,
    );
    assert.equal(longFunctions([file('src/cli/a.ts', `class A { m() {\n${body}} }`)]).length, 1);
    assert.equal(longFunctions([file('test/unit/a.test.ts', `describe('a', () => {\n${body}});`)]).length, 0);
    const named = `function runs() {\n  describe('a', () => {\n${body}});\n}`;
    assert.equal(longFunctions([file('test/contract/a.ts', named)]).length, 0);
    assert.equal(longFunctions([file('src/cli/a.ts', named)]).length, 2);
    assert.equal(longFunctions([file('test/unit/a.test.ts', `function help() {\n${body}}`)]).length, 1);
  });

  it('counts exported values and no types', () => {
    const types = 'export interface A {}\nexport type B = 1;\nexport type { C } from "./c.ts";\n';
    const values = 'export const a = 1, b = 2;\nexport function c() {}\n';
    assert.deepEqual(crowdedFiles([file('src/cli/a.ts', types + values)]), []);
    assert.equal(crowdedFiles([file('src/cli/a.ts', `${types}${values}export { d, type E };\n`)]).length, 1);
  });
});
