import assert from 'node:assert/strict';
import fc from 'fast-check';
import { landingAnswers, landingProgress } from '../../../src/engine/git/landingAnswers.ts';
import { landingCommands, landingFolder } from '../../../src/engine/git/landingCommands.ts';
import { pathBytes, pathOf, quotedPath } from '../../../src/engine/git/pathName.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const said = (text: string, exitCode: number | undefined = 0) => ({
  exitCode,
  stdout: Buffer.from(text, 'latin1'),
  stderr: 'why',
});

describe('the answers of a landing in an environment', () => {
  it('lose no byte of a name, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), (bytes) => {
        const line = quotedPath(`"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`);
        const path = pathOf(line);
        assert.deepEqual(pathBytes(path), Buffer.from(bytes));
        assert.equal(quotedPath(path), line);
      }),
    );
    assert.deepEqual(['ä b', '"\\303\\244"', '"\\303("', '"\\"x"'].map(pathOf), ['ä b', 'ä', '"\\303("', '"\\"x"']);
  });

  it('are read from lines that are well-formed, and from no others', () => {
    const lines = [
      `commit 1 2 ${a}`,
      `stopped ${a} 2 3 a\tsubject with \x1b[31m colour`,
      `unmerged 100644 ${b} 2 f`,
      `unmerged 100644 ${b} 4 no stage`,
      'unmerged 100644 short 2 f',
      'marked f',
      `open ${'x'.repeat(20_000)}`,
      'open "a\\nb"',
      'nonsense \xff\xfe',
    ];
    const answer = landingAnswers.rebase(said(`${lines.join('\n')}\n`));
    assert.deepEqual(answer.state === 'stopped' && answer.stop, {
      ...{ commit: a, subject: 'a subject with  [31m colour', number: 2, of: 3 },
      ...{ unmerged: [{ path: 'f', stage: 2, mode: '100644', object: b }], marked: ['f'], open: ['a\nb'] },
      ...{ withMarkers: [], changed: [], cut: false },
    });
  });

  it('are bounded, and say so', () => {
    const answer = landingAnswers.rebase(said(`stopped ${a} 1 1 s\n${'open f\n'.repeat(30_000)}`));
    assert.deepEqual(answer.state === 'stopped' && [answer.stop.open.length, answer.stop.cut], [20_000, true]);
  });

  it('are refusals with names when the exit code says so, failures when it is none of ours, and no answer without one', () => {
    assert.deepEqual(landingAnswers.move(said('way f\nway "\\303("\n', 84)), {
      ...{ state: 'refused', reason: 'in-the-way', paths: ['f', '"\\303("'], detail: 'why' },
    });
    assert.equal(landingAnswers.settled(said('', 128)).state, 'failed');
    assert.equal(landingAnswers.rebase(said('')).state, 'failed');
    assert.equal(landingAnswers.move(said(`moved ${a}x\n`)).state, 'failed');
    assert.throws(() => landingAnswers.rebase({ ...said(''), exitCode: undefined }), /no exit code/);
    assert.throws(() => landingAnswers.state(said('', 1)), /ended with 1/);
    assert.equal(landingAnswers.blob(said('', 76)), undefined);
  });

  it('tell how it stands', () => {
    const state = (text: string): unknown => landingAnswers.state(said(text));
    const under = { head: a, onto: b, branch: 'refs/heads/work' };
    const landing = `landing ${a} ${b} refs/heads/work\n`;
    assert.deepEqual(state(''), { state: 'none' });
    assert.deepEqual(state(`moving ${a} ${b}\n${landing}`), { state: 'moving', from: a, to: b });
    assert.deepEqual(state(`${landing}interrupted\n`), { ...under, state: 'interrupted' });
    assert.deepEqual(state(`${landing}running 2 3\n`), { ...under, state: 'running', number: 2, of: 3 });
    assert.deepEqual(state(`landing ${a} ${b} \ndone ${b}\nmoved\n`), {
      ...{ ...under, branch: undefined, state: 'done', commit: b, moved: true },
    });
    assert.deepEqual(landingProgress(`commit 2 3 ${a}`), { number: 2, of: 3, commit: a });
    assert.equal(landingProgress('commit 2 3 x'), undefined);
  });

  it('come from commands without a shell, whose names can not end a line', () => {
    const workspace = '/workspaces/my repo';
    const { command, input } = landingCommands.take({ workspace, how: 'ours', paths: ['a', 'b\nc', 'ä', 'x\0y'] });
    assert.deepEqual(command, ['sh', '/flotilla/tools/landing.sh', workspace, 'take', 'ours']);
    assert.equal(input, 'a\n"b\\nc"\n"\\303\\244"\n');
    assert.equal(landingFolder(workspace), '/workspaces/.flotilla-landing/my repo');
  });
});
