import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { type LandingShape, sides, text } from '../landingShape.ts';
import { git, write } from '../localEnvironment.ts';

const base = { f: text(), g: 'g\n', 'd/x': 'x\n', '.gitignore': 'ignored*\n' };
const plain = { base, ours: [{ f: text({ 2: 'x' }) }], theirs: [{ f: text({ 18: 'y' }) }] };

/** A history that rebases cleanly, with uncommitted work about. */
const local = (name: string, lies: NonNullable<LandingShape['local']>, way?: readonly string[]): LandingShape =>
  sides(name, { ...plain, local: lies, way });

/** As above, where the target adds a file. */
const added = (name: string, file: string, lies: NonNullable<LandingShape['local']>): LandingShape =>
  sides(name, { ...plain, ours: [{ [file]: 'of the target\n' }], local: lies, way: [file] });

/** What is uncommitted stays as it is, or is in the way and stays as it is. */
export const localShapes: readonly LandingShape[] = [
  local('a staged change elsewhere', (folder) => {
    write(folder, { g: 'staged\n' });
    git(folder, 'add', 'g');
    write(folder, { g: 'staged and more\n' });
  }),
  local('changes, deletions and new files elsewhere', (folder) => {
    write(folder, { g: 'changed\n', new: 'n\n', 'ignored.log': 'i\n', 'deep/er/new': 'n\n' });
    rmSync(`${folder}/d/x`);
    symlinkSync('/nowhere', `${folder}/link`);
    chmodSync(`${folder}/new`, 0o755);
  }),
  local('a file that shall be added, elsewhere', (folder) => {
    write(folder, { later: 'l\n' });
    git(folder, 'add', '--intent-to-add', 'later');
  }),
  local('a repository inside', (folder) => {
    git(folder, 'init', '--quiet', 'inner');
    write(folder, { 'inner/file': 'i\n' });
  }),
  local('a touched file that has not changed', (folder) => {
    write(folder, { f: text({ 18: 'y' }) });
  }),
  local('a sparse work tree', (folder) => {
    git(folder, 'sparse-checkout', 'set', '--no-cone', '/*', '!/d/');
  }),
  local(
    'an uncommitted change in the way',
    (folder) => {
      write(folder, { f: text({ 11: 'mine' }) });
    },
    ['f'],
  ),
  local(
    'a staged change in the way',
    (folder) => {
      write(folder, { f: text({ 11: 'mine' }) });
      git(folder, 'add', 'f');
      write(folder, { f: text({ 18: 'y' }) });
    },
    ['f'],
  ),
  local(
    'a deletion in the way',
    (folder) => {
      rmSync(`${folder}/f`);
    },
    ['f'],
  ),
  added('an untracked file in the way', 'n', (folder) => {
    write(folder, { n: 'mine\n' });
  }),
  added('an ignored file in the way', 'ignored.txt', (folder) => {
    write(folder, { 'ignored.txt': 'mine\n' });
  }),
  added('a file that shall be added, in the way', 'n', (folder) => {
    write(folder, { n: 'mine\n' });
    git(folder, 'add', '--intent-to-add', 'n');
  }),
  sides('an ignored folder where the target has a file', {
    ...plain,
    ours: [{ ignored: 'of the target\n' }],
    local: (folder) => {
      write(folder, { 'ignored/deep/file': 'mine\n' });
    },
    way: ['ignored/deep/file'],
  }),
  sides('ignored files in a folder that becomes a file', {
    ...plain,
    ours: [{ 'd/x': null, d: 'a file now\n' }],
    local: (folder) => {
      write(folder, { 'd/ignored': 'mine\n' });
    },
    way: ['d/ignored'],
  }),
  sides('a file where the target has a folder', {
    ...plain,
    ours: [{ 'n/x': 'of the target\n' }],
    local: (folder) => {
      write(folder, { n: 'mine\n' });
    },
    way: ['n'],
  }),
  sides('ignored files in a folder that the target removes', {
    ...plain,
    ours: [{ 'd/x': null }],
    local: (folder) => {
      write(folder, { 'd/ignored': 'mine\n' });
    },
  }),
];
