import type { HistoryCommit } from '../histories.ts';
import { type LandingShape, sides, text } from '../landingShape.ts';

const file = text();
const [x, y] = [text({ 9: 'x' }), text({ 9: 'y' })];
const chain = Array.from({ length: 50 }, (_, at) => at + 1);

/** A shape with commits that are not in one line. */
const graph = (
  name: string,
  commits: readonly HistoryCommit[],
  rest: Pick<LandingShape, 'onto' | 'head' | 'stops' | 'lands'>,
): LandingShape => ({ name, commits, ...rest });

/** What is particular about these is how the commits hang together. */
export const historyShapes: readonly LandingShape[] = [
  sides('the target has moved, the session has done nothing', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [],
    lands: [],
  }),
  sides('the target has not moved', {
    base: { f: file },
    ours: [],
    theirs: [{ f: y }, { g: 'g\n' }],
    lands: ['session 1', 'session 2'],
  }),
  sides('nothing happened at all', { base: { f: file }, ours: [], theirs: [], lands: [] }),
  sides('an empty commit', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [{}, { g: 'g\n' }],
    lands: ['session 1', 'session 2'],
  }),
  sides('one commit is on the target already', {
    base: { f: file },
    ours: [{ f: y }, { n: 'n\n' }],
    theirs: [{ f: y }, { g: 'g\n' }],
    lands: ['session 2'],
  }),
  sides('one commit becomes empty', {
    base: { f: file },
    ours: [{ f: y, n: 'n\n' }],
    theirs: [{ f: y }, { g: 'g\n' }],
    lands: ['session 2'],
  }),
  sides('a commit becomes empty when its conflict is resolved', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [{ f: y }, { f: x }],
    stops: [['f']],
    lands: ['session 1', 'session 2'],
  }),
  sides('messages that look like comments', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [
      { files: { f: y }, subject: '#12 is fixed\n\n# So it is\n  indented\n\n\n\nend' },
      { files: { g: 'g\n' }, subject: '# only this' },
    ],
    stops: [['f']],
    lands: ['#12 is fixed', '# only this'],
  }),
  sides('fifty commits, and each conflicts', {
    base: Object.fromEntries(chain.map((at) => [`f${at}`, 'base\n'])),
    ours: [Object.fromEntries(chain.map((at) => [`f${at}`, 'target\n']))],
    theirs: chain.map((at) => ({ [`f${at}`]: 'session\n' })),
    stops: chain.map((at) => [`f${at}`]),
  }),
  sides('one line edited again and again', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [{ f: y }, { f: text({ 9: 'z' }) }, { f: text({ 9: 'w' }), g: 'g\n' }],
    stops: [['f']],
  }),
  graph(
    'nothing in common',
    [
      { files: { f: file }, parents: [], subject: 'target 1' },
      { files: { g: 'g\n' }, parents: [], subject: 'session 1' },
      { files: { g: 'G\n' }, parents: [1], subject: 'session 2' },
    ],
    { onto: 0, head: 2, stops: [], lands: ['session 1', 'session 2'] },
  ),
  graph(
    'nothing in common, and both begin with the same file',
    [
      { files: { f: x }, parents: [], subject: 'target 1' },
      { files: { f: y }, parents: [], subject: 'session 1' },
    ],
    { onto: 0, head: 1, stops: [['f']] },
  ),
  graph(
    'the target was merged into the session',
    [
      { files: { f: file, g: 'g\n' }, parents: [], subject: 'base' },
      { files: { f: x, g: 'g\n' }, parents: [0], subject: 'target 1' },
      { files: { f: file, g: 'G\n' }, parents: [0], subject: 'session 1' },
      { files: { f: x, g: 'G\n' }, parents: [2, 1], subject: 'merge' },
      { files: { f: x, g: 'G\n', h: 'h\n' }, parents: [3], subject: 'session 2' },
      { files: { f: x, g: 'g\n', k: 'k\n' }, parents: [1], subject: 'target 2' },
    ],
    { onto: 5, head: 4, stops: [], lands: ['session 1', 'session 2'] },
  ),
  graph(
    'a merge that has changes of its own, which a rebase leaves out',
    [
      { files: { f: file, g: 'g\n' }, parents: [], subject: 'base' },
      { files: { f: x, g: 'g\n' }, parents: [0], subject: 'target 1' },
      { files: { f: file, g: 'G\n' }, parents: [0], subject: 'session 1' },
      { files: { f: x, g: 'G\n', evil: 'e\n' }, parents: [2, 1], subject: 'merge' },
    ],
    { onto: 1, head: 3, stops: [], lands: ['session 1'] },
  ),
  graph(
    'merges that cross each other',
    [
      { files: { f: file }, parents: [], subject: 'base' },
      { files: { f: text({ 2: 'x' }) }, parents: [0], subject: 'target 1' },
      { files: { f: text({ 18: 'y' }) }, parents: [0], subject: 'session 1' },
      { files: { f: text({ 2: 'x', 18: 'y' }) }, parents: [1, 2], subject: 'target takes session' },
      { files: { f: text({ 2: 'x', 18: 'y' }) }, parents: [2, 1], subject: 'session takes target' },
      { files: { f: text({ 2: 'x', 9: 'x', 18: 'y' }) }, parents: [3], subject: 'target 2' },
      { files: { f: text({ 2: 'x', 9: 'y', 18: 'y' }) }, parents: [4], subject: 'session 2' },
    ],
    { onto: 5, head: 6, stops: [['f']], lands: ['session 2'] },
  ),
  graph(
    'two branches of the session brought together',
    [
      { files: { f: file }, parents: [], subject: 'base' },
      { files: { f: file, t: 't\n' }, parents: [0], subject: 'target 1' },
      { files: { f: file, a: 'a\n' }, parents: [0], subject: 'session 1' },
      { files: { f: file, b: 'b\n' }, parents: [0], subject: 'session 2' },
      { files: { f: file, a: 'a\n', b: 'b\n' }, parents: [2, 3], subject: 'merge' },
    ],
    { onto: 1, head: 4, stops: [], lands: ['session 1', 'session 2'] },
  ),
];
