import { executable, type LandingShape, link, sides, submodule, text } from '../landingShape.ts';

const file = text();
const many = (folder: string): Record<string, string> =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${folder}/${name}`, text({ 1: name })]));
const none = (folder: string): Record<string, null> =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${folder}/${name}`, null]));

/** Both sides did something, and git merges it by itself. */
export const cleanShapes: readonly LandingShape[] = [
  sides('other files', { base: { a: 'a\n', b: 'b\n' }, ours: [{ a: 'A\n' }], theirs: [{ b: 'B\n' }] }),
  sides('one file, far apart', {
    base: { f: file },
    ours: [{ f: text({ 2: 'x' }) }],
    theirs: [{ f: text({ 18: 'y' }) }],
  }),
  sides('both add the same', { base: { f: file }, ours: [{ n: 'n\n' }], theirs: [{ n: 'n\n', f: text({ 3: 'y' }) }] }),
  sides('both delete the same', { base: { f: file, g: 'g\n' }, ours: [{ f: null }], theirs: [{ f: null, g: 'G\n' }] }),
  sides('renamed there, edited here', {
    base: { f: file },
    ours: [{ f: null, moved: file }],
    theirs: [{ f: text({ 9: 'y' }) }],
  }),
  sides('edited there, renamed here', {
    base: { f: file },
    ours: [{ f: text({ 9: 'x' }) }],
    theirs: [{ f: null, moved: file }],
  }),
  sides('renamed and edited on both sides', {
    base: { f: file },
    ours: [{ f: null, moved: text({ 2: 'x' }) }],
    theirs: [{ f: null, moved: text({ 18: 'y' }) }],
  }),
  sides('copied here, edited there', {
    base: { f: file },
    ours: [{ f: text({ 9: 'x' }) }],
    theirs: [{ copy: file }],
  }),
  sides('a block moved here, another line edited there', {
    base: { f: file },
    ours: [{ f: text({ 12: 'x' }) }],
    theirs: [{ f: text({ 1: 'line 3', 2: 'line 4', 3: 'line 1', 4: 'line 2' }) }],
  }),
  sides('executable here, edited there', {
    base: { 'run.sh': file },
    ours: [{ 'run.sh': text({ 5: 'x' }) }],
    theirs: [{ 'run.sh': executable(file) }],
  }),
  sides('executable on both sides', {
    base: { 'run.sh': file },
    ours: [{ 'run.sh': executable(file) }],
    theirs: [{ 'run.sh': executable(text({ 5: 'y' })) }],
    lands: ['session 1'],
  }),
  sides('a link turned elsewhere', {
    base: { l: link('a'), f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ l: link('b') }],
  }),
  sides('a link becomes a folder', {
    base: { l: link('there'), 'there/x': 'x\n', f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ l: null, 'l/x': 'y\n' }],
  }),
  sides('a folder becomes a file', {
    base: { 'd/x': 'x\n', 'd/y': 'y\n', f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ 'd/x': null, 'd/y': null, d: 'now a file\n' }],
  }),
  sides('a submodule moved here', {
    base: { m: submodule('1'), f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ m: submodule('2') }],
  }),
  sides('a submodule added there', {
    base: { f: file },
    ours: [{ m: submodule('1') }],
    theirs: [{ f: text({ 1: 'y' }) }],
  }),
  sides('lines added by both to a file that is merged by union', {
    base: { '.gitattributes': 'log merge=union\n', log: 'a\n' },
    ours: [{ log: 'a\nb\n' }],
    theirs: [{ log: 'a\nc\n' }],
  }),
  sides('union merges that the target has brought', {
    base: { log: 'a\n' },
    ours: [{ '.gitattributes': 'log merge=union\n', log: 'a\nb\n' }],
    theirs: [{ log: 'a\nc\n' }],
  }),
  sides('CRLF on both sides, far apart', {
    base: { f: text({}, '\r\n') },
    ours: [{ f: text({ 2: 'x' }, '\r\n') }],
    theirs: [{ f: text({ 18: 'y' }, '\r\n') }],
  }),
  sides('line ends given by attributes', {
    base: { '.gitattributes': '*.txt text eol=crlf\n', 'f.txt': file },
    ours: [{ 'f.txt': text({ 2: 'x' }) }],
    theirs: [{ 'f.txt': text({ 18: 'y' }) }],
  }),
  sides('a name that differs only by case', {
    base: { Read: file, f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ Read: null, read: file }],
  }),
  sides('names of all kinds', {
    base: { f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [
      {
        '-rf': 'a\n',
        '*.txt': 'b\n',
        ':(top)x': 'c\n',
        '"\\"quoted\\""': 'd\n',
        'end ': 'e\n',
        '"line\\nbreak"': 'f\n',
        '\xe9': 'g\n',
        '\xc3\xa9': 'h\n',
      },
      { '-rf': 'A\n', '*.txt': null, '\xe9': null, '"line\\nbreak"': executable('f\n') },
    ],
  }),
  sides('a folder renamed there, edited here', {
    base: { ...many('old'), f: file },
    ours: [{ ...none('old'), ...many('new') }],
    theirs: [{ 'old/a': text({ 1: 'a', 15: 'y' }) }],
  }),
  sides('a folder deleted here, others edited there', {
    base: { ...many('old'), f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [none('old')],
  }),
  sides('a long line', {
    base: { f: file, l: 'x'.repeat(100_000) },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ l: 'y'.repeat(100_000) }],
  }),
  sides('a big file', {
    base: { f: file },
    ours: [{ f: text({ 1: 'x' }) }],
    theirs: [{ big: '0123456789abcde\n'.repeat(300_000) }],
  }),
];
