import assert from 'node:assert/strict';
import { arrowViolations, circles } from '../support/rules/arrows.ts';
import { doorViolations, jsonViolations } from '../support/rules/doors.ts';
import { type Source, readSources } from '../support/rules/source.ts';

const file = (path: string, text: string): Source => ({ path, text });
const say = (violations: readonly string[]): string => `\n${violations.join('\n')}`;

describe('the house', () => {
  const sources = readSources(/^src\/.*\.ts$/);

  it('has no import against the arrows between its rooms', () => {
    const wrong = arrowViolations(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('has one door for each foreign package', () => {
    const wrong = doorViolations(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('lets JSON in through schemas only', () => {
    const wrong = jsonViolations(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });

  it('has no circle of files', () => {
    const wrong = circles(sources);
    assert.equal(wrong.length, 0, say(wrong));
  });
});

describe('the rule of arrows', () => {
  const wrong = (path: string, text: string): string[] => arrowViolations([file(path, text)]);

  it('names file and line of a face that imports the engine', () => {
    assert.deepEqual(wrong('src/cli/new.ts', "\nimport { a } from '../engine/base/ids.ts';"), [
      'src/cli/new.ts:2 cli → engine',
    ]);
  });

  it('sees the ways to import: types, exports, calls and import types', () => {
    const from = "'../session/a.ts'";
    const text = `import type { A } from ${from};\nexport * from ${from};\nawait import(${from});\ntype B = import(${from}).B;`;
    assert.equal(wrong('src/engine/git/x.ts', text).length, 4);
  });

  it('keeps rooms of one level apart, and lets a room import what stands left of it', () => {
    assert.equal(wrong('src/engine/gateway/x.ts', "import { a } from '../claude/a.ts';").length, 1);
    assert.equal(wrong('src/engine/gateway/x.ts', "import { a } from '../runtime/contract.ts';").length, 0);
    assert.equal(wrong('src/engine/base/x.ts', "import { a } from '../engine.ts';").length, 1);
    assert.equal(wrong('src/engine/main.ts', "import { a } from './server/a.ts';").length, 0);
  });

  it('knows every room: one that nobody decided on is refused', () => {
    assert.equal(
      wrong('src/engine/misc/x.ts', "import { a } from './a.ts'; import { b } from '../base/b.ts';").length,
      2,
    );
    assert.equal(wrong('src/helpers/x.ts', "import { a } from './a.ts';").length, 1);
  });

  it('keeps vscode in the extension and node out of the protocol', () => {
    assert.equal(wrong('src/client/x.ts', "import type { Uri } from 'vscode';").length, 1);
    assert.equal(wrong('src/extension/x.ts', "import { window } from 'vscode';").length, 0);
    assert.equal(wrong('src/protocol/x.ts', "import { a } from 'node:fs/promises';").length, 1);
  });

  it('wants our own files named with .ts, and never a test', () => {
    assert.equal(wrong('src/cli/x.ts', "import { a } from './a.js';").length, 1);
    assert.equal(wrong('src/cli/x.ts', "import { a } from '../../test/support/a.ts';").length, 1);
  });

  it('finds circles, and lets types go round', () => {
    const back = file('src/cli/b.ts', "import { a } from './a.ts';");
    assert.deepEqual(circles([file('src/cli/a.ts', "import { b } from './b.ts';"), back]), [
      'src/cli/a.ts → src/cli/b.ts → src/cli/a.ts',
    ]);
    assert.deepEqual(circles([file('src/cli/a.ts', "import type { b } from './b.ts';"), back]), []);
  });
});

describe('the rule of doors', () => {
  it('refuses a package outside its door', () => {
    assert.match(
      doorViolations([file('src/engine/git/a.ts', "import { execa } from 'execa';")])[0] ?? '',
      /a\.ts:1 execa/,
    );
    assert.equal(
      doorViolations([file('src/engine/git/a.ts', "import { spawn } from 'node:child_process';")]).length,
      1,
    );
    assert.equal(
      doorViolations([file('src/engine/store/a.ts', "import { DatabaseSync } from 'node:sqlite';")]).length,
      1,
    );
  });

  it('refuses a second door in the same room', () => {
    const doors = ['a', 'b'].map((name) => file(`src/engine/server/${name}.ts`, "import fastify from 'fastify';"));
    assert.deepEqual(doorViolations(doors), [
      'src/engine/server/b.ts:1 fastify has its door in src/engine/server/a.ts already',
    ]);
  });

  it('refuses a package that nobody decided on', () => {
    assert.match(doorViolations([file('src/cli/a.ts', "import _ from 'lodash/fp';")])[0] ?? '', /lodash has no door/);
  });

  it('refuses JSON.parse without a schema', () => {
    assert.equal(jsonViolations([file('src/cli/a.ts', 'JSON.parse(text);')]).length, 1);
    const door = file('src/engine/base/json.ts', "import { z } from 'zod';\nJSON.parse(text);");
    assert.equal(jsonViolations([door]).length, 0);
    assert.equal(jsonViolations([door, { ...door, path: 'src/engine/git/x.ts' }]).length, 1);
  });
});
