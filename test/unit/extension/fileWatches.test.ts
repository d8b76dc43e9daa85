import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { type FileChange, FileWatches } from '../../../src/extension/files/fileWatches.ts';
import type { FileStat } from '../../../src/protocol/fileOperations.ts';

const stat = (modified: number, kind: FileStat['kind'] = 'file'): FileStat => ({
  kind,
  isLink: false,
  size: 1,
  modified,
  isReadonly: false,
});

/** Watches on a made-up file system, and what was asked of it and told. */
class Bed {
  readonly files = new Map<string, FileStat>();
  readonly asked: string[][] = [];
  readonly told: string[] = [];
  isLive = true;
  everyMs = 60_000;
  fails = false;
  readonly watches = new FileWatches({
    stat: (_session, paths) => {
      this.asked.push([...paths]);
      if (this.fails) return Promise.reject(new Error('away'));
      return Promise.resolve(paths.map((path) => this.files.get(path)));
    },
    isLive: () => this.isLive,
    everyMs: () => this.everyMs,
    gapMs: 200,
    changed: (changes: readonly FileChange[]) => this.told.push(...changes.map(({ kind, path }) => `${kind} ${path}`)),
  });

  watch(path: string, isRecursive = false) {
    return this.watches.watch({ session: 's', path }, isRecursive);
  }
  saw(path: string): void {
    this.watches.saw({ session: 's', path }, this.files.get(path));
  }
  /** The answer to the next hint. */
  async look(): Promise<void> {
    const { length } = this.asked;
    this.watches.hint('s');
    await eventually(
      () => this.asked.length > length,
      () => 'nothing was asked',
      20_000,
    );
  }
}

describe('watches of session files', function () {
  this.timeout(60_000);
  let bed: Bed;
  beforeEach(() => (bed = new Bed()));
  afterEach(() => {
    bed.watches.dispose();
  });

  it('tell what was made, changed and deleted', async () => {
    bed.files.set('a', stat(1));
    bed.watch('a');
    bed.watch('b');
    await bed.look();
    assert.deepEqual(bed.told, []);
    bed.files.set('a', stat(2));
    bed.files.set('b', stat(1));
    await bed.look();
    assert.deepEqual(bed.told.splice(0), ['changed a', 'created b']);
    bed.files.delete('a');
    await bed.look();
    assert.deepEqual(bed.told.splice(0), ['deleted a']);
    await bed.look();
    assert.deepEqual(bed.told, []);
  });

  it('do not tell somebody of what he did himself', async () => {
    bed.files.set('a', stat(1));
    bed.watch('a');
    await bed.look();
    bed.files.set('a', stat(2));
    bed.watches.did({ session: 's', path: 'a' }, bed.files.get('a'));
    await bed.look();
    assert.deepEqual(bed.told, []);
  });

  it('tell of a change that was seen by chance, once', async () => {
    bed.files.set('a', stat(1));
    bed.watch('a');
    bed.saw('a');
    bed.files.set('a', stat(2));
    bed.saw('a');
    assert.deepEqual(bed.told.splice(0), ['changed a']);
    bed.saw('a');
    await bed.look();
    assert.deepEqual(bed.told, []);
  });

  it('of a folder with all below look at what was opened there, and at nothing else', async () => {
    bed.files.set('src', stat(1, 'folder')).set('src/a', stat(1)).set('other', stat(1));
    bed.watch('src', true);
    bed.saw('src/a');
    bed.saw('other');
    await bed.look();
    assert.deepEqual(bed.asked.at(-1)?.sort(), ['src', 'src/a']);
    bed.files.set('src/a', stat(2));
    await bed.look();
    assert.deepEqual(bed.told, ['changed src/a']);
  });

  it('ask nothing when nobody watches any more', async () => {
    const [one, two] = [bed.watch('a'), bed.watch('', true)];
    bed.saw('b');
    assert.equal(bed.watches.size, 3);
    one.dispose();
    one.dispose();
    two.dispose();
    assert.equal(bed.watches.size, 0);
    bed.watches.hint('s');
    // Longer than from a hint to a look.
    await sleep(700);
    assert.deepEqual(bed.asked, []);
  });

  it('look now and then while something can change', async () => {
    bed.everyMs = 20;
    bed.files.set('a', stat(1));
    bed.watch('a');
    await bed.look();
    bed.files.set('a', stat(2));
    await eventually(
      () => bed.told.length > 0,
      () => 'nothing was told',
      20_000,
    );
    assert.deepEqual(bed.told.splice(0), ['changed a']);
    bed.isLive = false;
    await sleep(500);
    const { length } = bed.asked;
    await sleep(500);
    assert.equal(bed.asked.length, length);
    bed.files.set('a', stat(3));
    await bed.look();
    assert.deepEqual(bed.told, ['changed a']);
  });

  it('gather hints, and outlive an engine that is away', async () => {
    bed.files.set('a', stat(1));
    bed.watch('a');
    await bed.look();
    bed.asked.length = 0;
    bed.fails = true;
    for (let time = 0; time < 20; time++) bed.watches.hint('s');
    await bed.look();
    assert.equal(bed.asked.length, 1);
    bed.fails = false;
    bed.files.set('a', stat(2));
    await bed.look();
    assert.deepEqual(bed.told, ['changed a']);
  });

  it('keep a bounded number of paths of a large tree', () => {
    bed.watch('', true);
    for (let name = 0; name < 2000; name++) bed.watches.saw({ session: 's', path: `f${name}` }, stat(1));
    assert.ok(bed.watches.size <= 300, String(bed.watches.size));
  });
});
