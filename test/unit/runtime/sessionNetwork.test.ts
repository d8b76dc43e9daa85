import assert from 'node:assert/strict';
import fc from 'fast-check';
import { freeSubnet } from '../../../src/engine/runtime/devcontainer/sessionNetwork.ts';

const first = (): number => 0;

describe("a session's subnet", () => {
  it('is a small part of the pool', () => {
    assert.equal(freeSubnet('10.213.0.0/16', [], first), '10.213.0.0/28');
    assert.equal(
      freeSubnet('10.213.0.0/16', [], () => 4095),
      '10.213.255.240/28',
    );
  });

  it('passes over what is taken, larger or smaller, and goes round at the end', () => {
    assert.equal(freeSubnet('10.213.0.0/16', ['10.213.0.0/24', '10.213.1.4/30'], first), '10.213.1.16/28');
    assert.equal(
      freeSubnet('10.213.0.0/24', ['10.213.0.240/28', '172.17.0.0/16', 'fd00::/64', 'odd'], () => 15),
      '10.213.0.0/28',
    );
  });

  it('is none when all are taken or the pool is no range', () => {
    assert.equal(freeSubnet('10.213.0.0/27', ['10.213.0.0/28', '10.213.0.16/28'], first), undefined);
    assert.equal(freeSubnet('10.213.0.0/27', ['10.0.0.0/8'], first), undefined);
    assert.equal(freeSubnet('nonsense', [], first), undefined);
  });

  it('is never given twice', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(15)), (random) => {
        const taken: string[] = [];
        for (let count = 0; count < 16; count += 1) {
          const subnet = freeSubnet('10.1.2.0/24', taken, () => random.next().value as number);
          assert.ok(subnet !== undefined && !taken.includes(subnet));
          taken.push(subnet);
        }
        assert.equal(freeSubnet('10.1.2.0/24', taken), undefined);
      }),
      { numRuns: 30 },
    );
  });
});
