import assert from 'node:assert/strict';
import { folderWindow } from '../../../src/extension/files/folderWindow.ts';
import { partsOf, placeOf } from '../../../src/extension/files/place.ts';
import { revisionOf, revisionParts } from '../../../src/extension/files/revision.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const place = { session: 'abcd1234', path: 'src/a b ü.ts' };

describe('a window with the files of a session', () => {
  it('is a file on the disk, which VS Code asks about, with nothing of the session in it but where it is', () => {
    const text = folderWindow('a [b](command:c)\n"d', 'flotilla://abcd1234/');
    const folders = [{ name: 'a [b] (command:c) "d', uri: 'flotilla://abcd1234/' }];
    assert.deepEqual(JSON.parse(text), { folders });
  });
});

describe('URIs of session files', () => {
  it('lead back to where they came from', () => {
    assert.deepEqual(placeOf(partsOf(place)), place);
    assert.deepEqual(placeOf(partsOf({ session: 'abcd1234', path: '' })), { session: 'abcd1234', path: '' });
    const landing = { ...place, root: 'landing' } as const;
    assert.deepEqual(placeOf(partsOf(landing)), landing);
    const side = { which: 'conflict', side: 'theirs', of: `${commit}-1-0` } as const;
    for (const revision of [
      side,
      { which: 'head', commit },
      { which: 'base', commit },
      { which: 'checkpoint', commit },
      { which: 'nothing' },
    ] as const)
      assert.deepEqual(revisionOf(revisionParts(place, revision)), { ...place, revision });
  });

  it('take a folder with a slash at its end for the folder', () => {
    assert.equal(placeOf({ authority: 'abcd1234', path: '/src/', query: '' })?.path, 'src');
  });

  it('are not believed when anybody made them up', () => {
    const wrong = [
      { authority: '', path: '/a', query: '' },
      { authority: '../../x', path: '/a', query: '' },
      { authority: 'abcd1234.other', path: '/a', query: '' },
      { authority: 'abcd1234', path: '/../a', query: '' },
      { authority: 'abcd1234', path: '/a//b', query: '' },
    ];
    for (const parts of wrong) assert.equal(placeOf(parts), undefined, JSON.stringify(parts));
    for (const query of ['', 'base', 'base=HEAD', 'tip=' + commit, `base=${commit}&x=1`, 'checkpoint=--help'])
      assert.equal(revisionOf({ authority: 'abcd1234', path: '/a', query }), undefined, query);
  });
});
