import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { TreeSizes, walkLimits } from '../../../src/engine/git/treeSizes.ts';
import { fuzz } from '../../support/fuzz.ts';

/** A tree by its entries; a number names one of the trees before it. */
type Shape = readonly (readonly (number | 'file')[])[];

const shapes: fc.Arbitrary<Shape> = fc.array(
  fc.array(fc.oneof(fc.constant('file' as const), fc.nat({ max: 6 })), { maxLength: 4 }),
  { minLength: 1, maxLength: 6 },
);

/** The trees of a shape by their ids, and the id of the last. Known ones are not read again: other names make other trees. */
function build(shape: Shape, name = 'name'): { readonly bodies: Map<string, Buffer>; readonly root: string } {
  const bodies = new Map<string, Buffer>();
  const ids: string[] = [];
  for (const entries of shape) {
    const parts = entries.map((entry, at) => {
      const folder = entry === 'file' ? undefined : ids[entry];
      const id = Buffer.from(folder ?? '0'.repeat(40), 'hex');
      return Buffer.concat([Buffer.from(`${folder === undefined ? '100644' : '40000'} ${name}-${String(at)}\0`), id]);
    });
    const body = Buffer.concat(parts);
    const id = createHash('sha1').update(body).digest('hex');
    bodies.set(id, body);
    ids.push(id);
  }
  return { bodies, root: ids.at(-1) ?? '' };
}

/** Every path of a shape's last tree, as a walk finds them. */
function pathsOf(shape: Shape, at = shape.length - 1, prefix = ''): string[] {
  return (shape[at] ?? []).flatMap((entry, number) => {
    const path = `${prefix}name-${String(number)}`;
    return entry === 'file' || entry >= at ? [path] : [path, ...pathsOf(shape, entry, `${path}/`)];
  });
}

const idsOf = (length: number): string[] => Array.from({ length }, (_, at) => at.toString(16).padStart(40, '0'));

describe('the size of a tree', () => {
  it('is what a walk would find, and each tree is read once', () =>
    fuzz(shapes, async (shape) => {
      const { bodies, root } = build(shape);
      const paths = pathsOf(shape);
      const bytes = paths.reduce((sum, path) => sum + path.length + 1, 0);
      const read: string[] = [];
      const sizes = (limits: Partial<typeof walkLimits>): TreeSizes =>
        new TreeSizes(
          (id) => {
            read.push(id);
            return Promise.resolve(bodies.get(id));
          },
          { ...walkLimits, ...limits },
        );
      await sizes({ entries: paths.length, bytes }).require([root]);
      assert.equal(read.length, new Set(read).size);
      if (paths.length === 0) return;
      for (const limits of [{ entries: paths.length - 1 }, { bytes: bytes - 1 }])
        await assert.rejects(sizes(limits).require([root]), (error) => FlotillaError.is(error, 'limit-reached'));
      assert.equal(await sizes({ entries: paths.length * 2, bytes: bytes * 2 }).share(root), 0.5);
    }));

  it('is found of any bytes, which git may then refuse', () =>
    fuzz(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      const body = Buffer.from(bytes);
      const id = createHash('sha1').update(body).digest('hex');
      const read = (asked: string): Promise<Buffer | undefined> => Promise.resolve(asked === id ? body : undefined);
      await new TreeSizes(read).require([id]);
    }));

  it('of one with a part that is missing is asked for again', async () => {
    const { bodies, root } = build([['file'], [0, 0]], 'part');
    const [leaf = ''] = bodies.keys();
    const part = bodies.get(leaf);
    bodies.delete(leaf);
    const sizes = new TreeSizes((id) => Promise.resolve(bodies.get(id)), { ...walkLimits, entries: 3 });
    await sizes.require([root]);
    if (part !== undefined) bodies.set(leaf, part);
    await assert.rejects(sizes.require([root]), (error) => FlotillaError.is(error, 'limit-reached'));
  });

  it('counts what other questions make it forget meanwhile', async () => {
    const { bodies, root } = build([['file', 'file'], [0, 'file'], ['file'], [1, 2]], 'forgotten');
    const [, known = '', other = ''] = bodies.keys();
    await new TreeSizes((id) => Promise.resolve(bodies.get(id))).require([known]);
    const [reading, rest] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const read = async (id: string): Promise<Buffer | undefined> => {
      if (id === other) {
        reading.resolve(undefined);
        await rest.promise;
      }
      return bodies.get(id);
    };
    const asked = new TreeSizes(read, { ...walkLimits, entries: 6 }).require([root]);
    await reading.promise;
    await new TreeSizes(() => Promise.resolve(Buffer.alloc(0))).require(idsOf(100_001));
    rest.resolve(undefined);
    await assert.rejects(asked, (error) => FlotillaError.is(error, 'limit-reached'));
  });

  it('of any number of trees is told, however many folders they have together', async () => {
    const bodies = new Map<string, Buffer>();
    const roots = Array.from({ length: 500 }, (_, at) => {
      const made = build([['file'], [0, 0]], `many-${String(at)}`);
      for (const [id, body] of made.bodies) bodies.set(id, body);
      return made.root;
    });
    const sizes = (folders: number): TreeSizes =>
      new TreeSizes((id) => Promise.resolve(bodies.get(id)), { ...walkLimits, folders });
    await assert.rejects(sizes(50).require(roots), (error) => FlotillaError.is(error, 'limit-reached'));
    await sizes(400).require(roots);
  });

  it('is found of a folder with more folders than a call takes arguments', async () => {
    const ids = idsOf(200_000);
    const entry = (id: string): Buffer => Buffer.concat([Buffer.from(`40000 ${id}\0`), Buffer.from(id, 'hex')]);
    const body = Buffer.concat(ids.map(entry));
    const root = createHash('sha1').update(body).digest('hex');
    const sizes = new TreeSizes((id) => Promise.resolve(id === root ? body : Buffer.alloc(0)));
    assert.equal(await sizes.share(root), ids.length / walkLimits.entries);
  });

  it('is bounded in all that is read for one question', async () => {
    const { bodies, root } = build([['file'], ['file', 'file'], [0, 1]], 'read');
    const limits = { ...walkLimits, read: 90 };
    const sizes = new TreeSizes((id) => Promise.resolve(bodies.get(id)), limits);
    await assert.rejects(sizes.require([root]), (error) => FlotillaError.is(error, 'limit-reached'));
  });
});
