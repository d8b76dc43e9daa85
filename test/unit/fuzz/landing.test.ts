import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { landingAnswers, landingProgress } from '../../../src/engine/git/landingAnswers.ts';
import { type MergeAnswer, MergeAnswers } from '../../../src/engine/git/mergeAnswers.ts';
import { mergeLines } from '../../../src/engine/git/mergeLines.ts';
import { readVerifyFile } from '../../../src/engine/landing/verifyFile.ts';
import { cuts, damaged, fuzz, hostileText, hostileValue, piecesOf } from '../../support/fuzz.ts';

const id = 'a'.repeat(40);
const mixed = (between: string, samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(damaged(samples), fc.constantFrom(...samples), hostileText), { maxLength: 8 })
    .map((parts) => parts.join(between));

describe('fuzzed: .flotilla.yaml', () => {
  const samples = [
    ...[
      'verify: npm test\n',
      'verify:\n  command: npm test\n  timeout: 20m\n',
      'a: &a [*a]\n',
      'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n',
    ],
    ...[
      '? {a: b}\n: c\n',
      '--- !!binary aGk=\n',
      '<<: {verify: x}\n',
      '__proto__: {verify: x}\n',
      '"verify": !!js/function x\n',
      '[[[[[[[[[',
    ],
  ];
  const text = fc.oneof(
    mixed('\n', samples),
    hostileValue.map((value) => JSON.stringify({ verify: value })),
    hostileValue.map((value) => JSON.stringify(value)),
    fc.constantFrom(
      '['.repeat(30_000),
      '{a: '.repeat(9000),
      'a: &x [*x]\n'.repeat(100),
      'verify: "\\0"',
      '\ufeffverify: x',
    ),
  );

  it('is a command, or refused with one sentence', () =>
    fuzz(text, (given) => {
      try {
        const { command, timeoutMs, notices } = readVerifyFile(given);
        assert.ok(
          command === undefined || (command.trim() !== '' && command.length <= 10_000 && !command.includes('\0')),
        );
        assert.ok(timeoutMs === undefined || (timeoutMs >= 1000 && timeoutMs <= 86_400_000));
        for (const notice of notices) assert.ok(notice.length < 300 && !/\n/.test(notice), notice);
      } catch (error) {
        assert.ok(FlotillaError.is(error, 'config-invalid'), String(error));
        assert.ok(error.message.length < 600, error.message);
      }
    }));
});

describe('fuzzed: what an environment says of a landing', () => {
  const samples = [
    ...[
      `done ${id}`,
      `stopped ${id} 2 5 Fix it`,
      `unmerged 100644 ${id} 2 src/a.ts`,
      'marked a',
      'open "\\303("',
      'changed b',
      `moved ${id}`,
    ],
    ...[
      `backup ${id} refs/flotilla/landing/backup`,
      `commit 2 5 ${id}`,
      'state stopped',
      `head ${id}`,
      `onto ${id}`,
      'branch refs/heads/x',
    ],
  ];
  const exitCode = fc.oneof(fc.constant(0), fc.integer({ min: 71, max: 84 }), fc.constantFrom(1, 128, 137));

  it('becomes one of the known answers, bounded, or the documented failure', () =>
    fuzz(fc.tuple(mixed('\n', samples), exitCode, hostileText), ([text, code, stderr]) => {
      const result = { exitCode: code, stdout: Buffer.from(text), stderr };
      const { rebase, settled, move, finish } = landingAnswers;
      for (const read of [rebase, settled, move, finish]) {
        const answer = read(result);
        assert.ok(JSON.stringify(answer).length < 60_000 + text.length * 40);
        if ('commit' in answer) assert.match(answer.commit, /^[0-9a-f]{40,64}$/);
      }
      const finished = finish(result);
      if (finished.state === 'ok' && finished.backup !== undefined)
        assert.match(finished.backup, /^refs\/flotilla\/landing\/\S+$/);
      if (code === 0) landingAnswers.state(result);
      for (const line of text.split('\n')) assert.ok(Number.isSafeInteger(landingProgress(line)?.number ?? 0));
    }));
});

describe('fuzzed: what git says of a merge', () => {
  const fields = [
    '1',
    '0',
    id,
    `100644 ${id} 2\tsrc/a.ts`,
    '',
    '2',
    '1e999',
    '-1',
    '0x7fffffff',
    'CONFLICT (contents)',
    'Auto-merging',
  ];

  it('is read the same however it comes, and a message takes no more than there is', () =>
    fuzz(fc.tuple(mixed('\0', fields), cuts), ([text, sizes]) => {
      const bytes = Buffer.from(`${text}\0`);
      const read = (pieces: readonly Buffer[]): MergeAnswer[] => {
        const seen: MergeAnswer[] = [];
        const answers = new MergeAnswers((answer) => seen.push(answer));
        for (const piece of pieces) answers.write(piece);
        return seen;
      };
      const whole = read([bytes]);
      assert.deepEqual(read(piecesOf(bytes, sizes)), whole);
      assert.ok(JSON.stringify(whole).length < bytes.length * 60 + 1000);
    }));

  it('by attributes names no program', () =>
    fuzz(
      fc.tuple(
        mixed('\n', [
          '*.txt merge=evil',
          '[attr]x merge=evil -text',
          '"a b" merge=union',
          '* filter=lfs diff=x',
          '!x merge',
        ]),
        hostileText,
      ),
      ([text, folder]) => {
        for (const line of mergeLines(text, folder)) {
          assert.doesNotMatch(line, /filter|diff=/);
          for (const driver of line.match(/ merge=\S*/g) ?? []) assert.match(driver, /^ merge=(text|binary|union)$/);
          assert.ok(!line.includes('\n'));
        }
      },
    ));
});
