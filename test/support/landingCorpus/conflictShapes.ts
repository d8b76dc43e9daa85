import { executable, type LandingShape, link, sides, submodule, text } from '../landingShape.ts';

const file = text();
const [x, y] = [text({ 9: 'x' }), text({ 9: 'y' })];
const folder = (name: string): Record<string, string> =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((one) => [`${name}/${one}`, text({ 1: one })]));
const without = (name: string): Record<string, null> =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((one) => [`${name}/${one}`, null]));
const lock = (version: string): string => `{\n  "name": "p",\n  "dependencies": {\n    "d": "${version}"\n  }\n}\n`;
const pointer = (digit: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${digit.repeat(64)}\nsize 12\n`;
const utf16 = (content: string): string => Buffer.from(`\ufeff${content}`, 'utf16le').toString('latin1');

/** Both edit one file so that it conflicts once. */
const edits = (name: string, at: string, [base, ours, theirs]: readonly [string, string, string]): LandingShape =>
  sides(name, { base: { [at]: base }, ours: [{ [at]: ours }], theirs: [{ [at]: theirs }], stops: [[at]] });

/** Both sides did something that only somebody with judgement can bring together. */
export const conflictShapes: readonly LandingShape[] = [
  edits('the same line', 'f', [file, x, y]),
  edits('adjacent lines', 'f', [file, x, text({ 10: 'y' })]),
  edits('white space only', 'f', [file, x, text({ 9: 'line  9' })]),
  edits('CRLF here, LF there', 'f', [file, x, text({ 9: 'line 9' }, '\r\n')]),
  edits('CRLF on both sides', 'f', [text({}, '\r\n'), text({ 9: 'x' }, '\r\n'), text({ 9: 'y' }, '\r\n')]),
  edits('no line end at the end', 'f', ['a\nb', 'a\nb\nc', 'a\nb\nd']),
  edits('a byte order mark', 'f', [file, `\xef\xbb\xbf${file}`, text({ 1: 'y' })]),
  edits('UTF-16', 'f', [utf16('one\ntwo\n'), utf16('one\nzwei\n'), utf16('one\ndeux\n')]),
  edits('binary', 'f.bin', ['\0one', '\0two', '\0three']),
  edits('one long line', 'f', ['x'.repeat(50_000), `a${'x'.repeat(50_000)}`, `b${'x'.repeat(50_000)}`]),
  edits('a lock file', 'package-lock.json', [lock('1.0.0'), lock('1.1.0'), lock('2.0.0')]),
  edits('a generated file', 'dist/app.js', ['var a=1;\n', 'var a=2;\n', 'var a=3;\n']),
  edits('pointers of LFS', 'picture.psd', [pointer('1'), pointer('2'), pointer('3')]),
  edits('a name that is no UTF-8', 'b\xfcro', [file, x, y]),
  edits('a name with a line break', '"line\\nbreak"', [file, x, y]),
  edits('a name with quotation marks', '"\\"a\\" \\\\ %s"', [file, x, y]),
  edits('a name that looks like an option', '-f', [file, x, y]),
  edits('a file that tells of conflict markers', 'f', [
    `<<<<<<< HEAD\n${file}`,
    `<<<<<<< HEAD\n${x}`,
    `<<<<<<< HEAD\n${y}`,
  ]),
  edits('attributes', '.gitattributes', ['* text\n', '* -text\n', '* text eol=lf\n']),
  sides('both added', { base: { f: file }, ours: [{ n: 'a\n' }], theirs: [{ n: 'b\n' }], stops: [['n']] }),
  sides('modified there, deleted here', {
    base: { f: file, g: file },
    ours: [{ f: x }],
    theirs: [{ f: null }],
    stops: [['f']],
  }),
  sides('deleted there, modified here', {
    base: { f: file, g: 'g\n' },
    ours: [{ f: null }],
    theirs: [{ f: y }],
    stops: [['f']],
  }),
  sides('a folder deleted there, a file in it modified here', {
    base: { ...folder('old'), f: file },
    ours: [without('old')],
    theirs: [{ 'old/a': text({ 1: 'a', 9: 'y' }) }],
    stops: [['old/a']],
  }),
  sides('renamed to two names', {
    base: { f: file },
    ours: [{ f: null, here: file }],
    theirs: [{ f: null, there: file }],
    stops: [['f', 'here', 'there']],
  }),
  sides('two renamed to one name', {
    base: {
      a: text({ 1: 'a', 2: 'a' }),
      b: text({ 11: 'b', 12: 'b', 13: 'b', 14: 'b', 15: 'b', 16: 'b', 17: 'b', 18: 'b' }),
    },
    ours: [{ a: null, c: text({ 1: 'a', 2: 'a' }) }],
    theirs: [{ b: null, c: text({ 11: 'b', 12: 'b', 13: 'b', 14: 'b', 15: 'b', 16: 'b', 17: 'b', 18: 'b' }) }],
    stops: [['c']],
  }),
  sides('renamed there, deleted here', {
    base: { f: file, g: 'g\n' },
    ours: [{ f: null, n: file }],
    theirs: [{ f: null }],
    stops: [['n']],
  }),
  sides('deleted there, renamed here', {
    base: { f: file, g: 'g\n' },
    ours: [{ f: null }],
    theirs: [{ f: null, n: file }],
    stops: [['n']],
  }),
  sides('renamed and edited on both sides, the same line', {
    base: { f: file },
    ours: [{ f: null, n: x }],
    theirs: [{ f: null, n: y }],
    stops: [['n']],
  }),
  sides('a folder renamed there, a file added to it here', {
    base: { ...folder('old'), f: file },
    ours: [{ ...without('old'), ...folder('new') }],
    theirs: [{ 'old/added': 'y\n' }],
    stops: [['new/added']],
  }),
  sides('a file there, a folder here', {
    base: { f: file },
    ours: [{ d: 'a file\n' }],
    theirs: [{ 'd/x': 'in a folder\n' }],
    stops: [['d']],
  }),
  sides('a file there, a link here', {
    base: { f: file, g: file },
    ours: [{ f: x }],
    theirs: [{ f: link('g') }],
    stops: [['f', 'f']],
  }),
  sides('links turned to two places', {
    base: { l: link('a'), f: file },
    ours: [{ l: link('b') }],
    theirs: [{ l: link('c') }],
    stops: [['l']],
  }),
  sides('added executable there, plain and other here', {
    base: { f: file },
    ours: [{ 'run.sh': executable('a\n') }],
    theirs: [{ 'run.sh': 'b\n' }],
    stops: [['run.sh']],
  }),
  sides('a submodule moved on both sides', {
    base: { m: submodule('1'), f: file },
    ours: [{ m: submodule('2') }],
    theirs: [{ m: submodule('3') }],
    stops: [['m']],
  }),
  sides('a submodule there, a file here', {
    base: { f: file },
    ours: [{ m: submodule('1') }],
    theirs: [{ m: 'file\n' }],
    stops: [['m', 'm']],
  }),
  sides('never merged, by attribute', {
    base: { '.gitattributes': 'f -merge\n', f: file },
    ours: [{ f: text({ 2: 'x' }) }],
    theirs: [{ f: text({ 18: 'y' }) }],
    stops: [['f']],
  }),
  sides('edit and revert', {
    base: { f: file },
    ours: [{ f: x }],
    theirs: [{ f: y }, { f: file }],
    stops: [['f']],
  }),
  sides('a block moved here and edited there', {
    base: { f: file },
    ours: [{ f: text({ 2: 'x' }) }],
    theirs: [{ f: text({ 1: 'line 3', 2: 'line 4', 3: 'line 1', 4: 'line 2' }) }],
    stops: [['f']],
  }),
  sides('several files of one commit', {
    base: { a: file, b: file, c: file, d: 'd\n' },
    ours: [{ a: x, b: x, c: null }],
    theirs: [{ a: y, b: y, c: y, d: 'D\n' }],
    stops: [['a', 'b', 'c']],
  }),
];
