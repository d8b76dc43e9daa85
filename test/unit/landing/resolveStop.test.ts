import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { putBack } from '../../../src/engine/landing/resolve/putBack.ts';
import { git } from '../../support/localEnvironment.ts';
import { answer, price, ResolveBed } from './resolveBed.ts';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;
const base = lines('import a from "a";', 'const one = 1;', 'const two = 2;', 'const three = 3;');
const ours = lines('import a from "a";', 'const one = 1;', 'const two = "target";', 'const three = 3;');
const theirs = lines('import a from "a";', 'const one = 1;', 'const two = "session";', 'const three = 3;');
const both = lines('import a from "a";', 'const one = 1;', 'const two = ["target", "session"];', 'const three = 3;');

describe('Claude resolves a stop', function () {
  this.timeout(60_000);
  let bed: ResolveBed;
  let before: string;
  const begin = (...sides: [Record<string, string>, Record<string, string>, Record<string, string>]): void => {
    bed = new ResolveBed(...sides);
    before = bed.state();
  };
  beforeEach(() => {
    begin({ 'a.ts': base, 'other.ts': 'export {};\n' }, { 'a.ts': ours }, { 'a.ts': theirs });
  });
  afterEach(() => {
    bed.close();
  });

  it('accepts a good resolution that Claude is sure of, and stages nothing', async () => {
    const outcome = await bed.resolve(() => {
      bed.write({ 'a.ts': both });
      return answer(['a.ts'], 0.95);
    });
    assert.equal(outcome.failure, undefined);
    const [file] = outcome.files;
    assert.deepEqual(
      [file?.state, file?.by, file?.confidence, file?.why],
      ['accepted', 'claude', 0.95, 'Both sides of a.ts are kept.'],
    );
    assert.deepEqual(file?.warnings, [
      'A line of the target is gone: const two = "target";',
      'A line of the session is gone: const two = "session";',
    ]);
    assert.equal(outcome.costUsd, price);
    assert.equal(bed.read('a.ts'), both);
    assert.equal(git(bed.workTree, 'diff', '--name-only', '--diff-filter=U'), 'a.ts');
  });

  it('tells Claude both intents and every version of the file', async () => {
    await bed.resolve(
      () => {
        bed.write({ 'a.ts': both });
        return answer(['a.ts']);
      },
      { advice: 'Prefer arrays.' },
    );
    const prompt = bed.requests[0]?.prompt ?? '';
    for (const part of [
      'Count to three.',
      'Its body.',
      'Target work',
      base,
      ours,
      theirs,
      'Prefer arrays.',
      '"flotilla/count"',
    ])
      assert.ok(prompt.includes(part.trim()), `the prompt lacks ${part}`);
    assert.ok(!prompt.includes('<<<<<<<'));
    assert.deepEqual(bed.requests[0]?.conversation, { fork: 'c1' });
  });

  it('proposes what Claude is not sure of', async () => {
    const { files } = await bed.resolve(() => {
      bed.write({ 'a.ts': both });
      return answer(['a.ts'], 0.5);
    });
    assert.equal(files[0]?.state, 'proposed');
    assert.equal(bed.read('a.ts'), both);
  });

  it('asks again in the same conversation when markers are left, however sure Claude is', async () => {
    const { files, costUsd } = await bed.resolve((_prompt, round) => {
      bed.write({ 'a.ts': round === 1 ? both.replace('const three', '=======\nconst three') : both });
      return answer(['a.ts'], 1);
    });
    assert.equal(files[0]?.state, 'accepted');
    assert.equal(costUsd, 2 * price);
    assert.match(bed.requests[1]?.prompt ?? '', /"a.ts": Conflict markers are left, such as =======/);
    assert.deepEqual(bed.requests[1]?.conversation, { resume: 'fork' });
  });

  it('gives a file back as it was after three rounds', async () => {
    const { files, failure } = await bed.resolve((_prompt, round) => {
      bed.write({ 'a.ts': `${both}const broken = ;${String(round)}\n` });
      return answer(['a.ts'], 1);
    });
    assert.equal(bed.requests.length, 3);
    assert.equal(failure, undefined);
    assert.equal(files[0]?.state, 'open');
    assert.match(files[0].why ?? '', /It does not parse: Unexpected token/);
    assert.equal(bed.state(), before);
  });

  it('keeps what is good when another file is not', async () => {
    bed.close();
    begin({ 'a.ts': base, 'b.ts': base }, { 'a.ts': ours, 'b.ts': ours }, { 'a.ts': theirs, 'b.ts': theirs });
    const { files } = await bed.resolve(() => {
      bed.write({ 'a.ts': both });
      return answer(['a.ts', 'b.ts']);
    });
    assert.deepEqual(
      files.map(({ path, state }) => [path, state]),
      [
        ['a.ts', 'accepted'],
        ['b.ts', 'open'],
      ],
    );
    assert.equal(bed.read('a.ts'), both);
    assert.match(bed.read('b.ts'), /^<<<<<<< /m);
    assert.match(files[1]?.why ?? '', /It stands as it did/);
  });

  it('keeps a change beyond the conflicts that Claude explains, and says so', async () => {
    const outcome = await bed.resolve(() => {
      bed.write({ 'a.ts': both, 'new.ts': 'export const x = 1;\n' });
      bed.remove('other.ts');
      return answer(['a.ts'], 0.9, {
        './new.ts': 'It is imported now.',
        'other.ts': 'Nobody needs it.',
        '../../etc/passwd': 'x',
      });
    });
    assert.equal(outcome.files[0]?.state, 'accepted');
    assert.deepEqual(outcome.alsoChanged, [
      { path: 'new.ts', why: 'It is imported now.' },
      { path: 'other.ts', why: 'Nobody needs it.' },
    ]);
    assert.ok(outcome.files[0].warnings.includes('Claude also changed new.ts: It is imported now.'));
  });

  it('puts back what Claude changed without a word, and lets a person look', async () => {
    const outcome = await bed.resolve(() => {
      bed.write({ 'a.ts': both, 'other.ts': 'changed\n', 'new.ts': 'new\n' });
      return answer(['a.ts'], 1);
    });
    assert.equal(bed.requests.length, 3);
    assert.match(bed.requests[1]?.prompt ?? '', /"other.ts": You changed it and did not say why/);
    assert.equal(outcome.files[0]?.state, 'proposed');
    assert.deepEqual(outcome.alsoChanged, []);
    assert.equal(bed.read('other.ts'), 'export {};\n');
    assert.equal(git(bed.workTree, 'status', '--porcelain'), 'UU a.ts');
  });

  it('does not fall for a link, a deleted file, another mode or bytes that are no text', async () => {
    const tricks = [
      () => {
        bed.remove('a.ts');
        symlinkSync('/etc/passwd', bed.file('a.ts'));
      },
      () => bed.remove('a.ts'),
      () => bed.write({ 'a.ts': `${both}\0` }),
      () => bed.write({ 'a.ts': 'x'.repeat(3 * 1024 * 1024) }),
    ];
    for (const trick of tricks) {
      const { files } = await bed.resolve(() => {
        trick();
        return answer(['a.ts'], 1);
      });
      assert.equal(files[0]?.state, 'open', String(trick));
      assert.equal(bed.state(), before);
    }
  });

  it('asks again when the answer has not the shape, or leaves a file out', async () => {
    const answers = ['nonsense', { files: [{ path: 'a.ts', confidence: 7, why: '' }], alsoChanged: [] }, answer([])];
    const { files } = await bed.resolve((_prompt, round) => {
      bed.write({ 'a.ts': both });
      return answers[round - 1];
    });
    assert.match(bed.requests[1]?.prompt ?? '', /not in the shape/);
    assert.match(files[0]?.why ?? '', /did not answer for it/);
    assert.equal(bed.state(), before);
  });

  it('puts the index, HEAD and the rebase back when Claude goes on by itself', async () => {
    const { files } = await bed.resolve(() => {
      bed.write({ 'a.ts': both });
      git(bed.workTree, 'add', '--all');
      git(bed.workTree, '-c', 'core.editor=true', 'rebase', '--continue');
      return answer(['a.ts']);
    });
    assert.equal(files[0]?.state, 'accepted');
    assert.equal(bed.read('a.ts'), both);
    bed.write({ 'a.ts': git(bed.workTree, 'show', ':2:a.ts') });
    assert.match(git(bed.workTree, 'status'), /You are currently rebasing/);
    assert.equal(git(bed.workTree, 'diff', '--name-only', '--diff-filter=U'), 'a.ts');
  });

  it('never asks for more than the budget, and gives back what a spent budget left', async () => {
    const asked = await bed.resolve(
      () => {
        bed.write({ 'a.ts': 'half\n' });
        return answer(['a.ts'], 1, { 'a.ts': '' });
      },
      { options: { resolve: 'claude', threshold: 0, budgetUsd: 0.4, lockFiles: true } },
    );
    assert.deepEqual(
      bed.requests.map(({ budgetUsd }) => budgetUsd),
      [0.4],
    );
    assert.equal(asked.files[0]?.state, 'accepted');
    const none = await bed.resolve(() => assert.fail('asked'), {
      options: { resolve: 'claude', threshold: 0, budgetUsd: 0, lockFiles: true },
      paths: ['a.ts'],
    });
    assert.equal(none.failure?.code, 'limit-reached');
  });

  it('says why Claude failed, and everything is as it was', async () => {
    const { files, failure, costUsd } = await bed.resolve((_prompt, round) => {
      bed.write({ 'a.ts': `<<<<<<< left\n${both}` });
      if (round === 2) throw new FlotillaError('claude-failed', 'Claude ended with exit code 1.');
      return answer(['a.ts']);
    });
    assert.deepEqual([failure?.code, failure?.message], ['claude-failed', 'Claude ended with exit code 1.']);
    assert.deepEqual([files[0]?.state, files[0]?.why], ['open', 'Claude ended with exit code 1.']);
    assert.equal(costUsd, price);
    assert.equal(bed.state(), before);
  });

  it('keeps what was found good when a later round fails without touching it', async () => {
    bed.close();
    begin({ 'a.ts': base, 'b.ts': base }, { 'a.ts': ours, 'b.ts': ours }, { 'a.ts': theirs, 'b.ts': theirs });
    const { files, failure } = await bed.resolve((_prompt, round) => {
      if (round === 2) throw new FlotillaError('claude-failed', 'Claude is gone.');
      bed.write({ 'a.ts': both });
      return answer(['a.ts', 'b.ts']);
    });
    assert.equal(failure?.code, 'claude-failed');
    assert.deepEqual(
      files.map(({ state }) => state),
      ['accepted', 'open'],
    );
  });

  it('puts everything back when it is cancelled, in whatever round', async () => {
    for (const last of [1, 2]) {
      const cancel = new AbortController();
      const resolving = bed.resolve(
        (_prompt, round) => {
          bed.write({ 'a.ts': '<<<<<<< mine\n', 'other.ts': 'half\n' });
          if (bed.requests.length >= last || round > 3) {
            cancel.abort();
            throw new FlotillaError('cancelled', 'Asking Claude was cancelled.');
          }
          return answer(['a.ts']);
        },
        {},
        cancel.signal,
      );
      await assert.rejects(resolving, { code: 'cancelled' });
      assert.equal(bed.state(), before);
      bed.requests.length = 0;
    }
  });

  it('is undone by the next engine when it was broken off', async () => {
    const signal = new AbortController().signal;
    const killed = new Promise<void>((resolve) => {
      void bed.resolve(() => {
        bed.write({ 'a.ts': 'half\n', 'planted.ts': 'x\n' });
        resolve();
        return new Promise(() => undefined);
      });
    });
    await killed;
    assert.equal(await putBack(bed.environment, bed.workTree, signal), true);
    assert.equal(bed.state(), before);
    assert.equal(await putBack(bed.environment, bed.workTree, signal), false);
  });

  it('leaves a proposal as it is when Claude can not better it', async () => {
    bed.write({ 'a.ts': both });
    const proposal = { state: 'proposed', by: 'claude', confidence: 0.4, why: 'A guess.' } as const;
    const files = bed.conflicts({ 'a.ts': proposal });
    const stop = { ...bed.input(() => undefined).stop, files };
    const outcome = await bed.resolve(
      () => {
        bed.write({ 'a.ts': 'const = \n' });
        return answer(['a.ts'], 1);
      },
      { stop, paths: ['a.ts'], advice: 'Think again.' },
    );
    assert.deepEqual([outcome.files[0]?.state, outcome.files[0]?.confidence], ['proposed', 0.4]);
    assert.equal(bed.read('a.ts'), both);
  });
});
