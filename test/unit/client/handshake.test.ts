import assert from 'node:assert/strict';
import { judge } from '../../../src/client/handshake.ts';
import { protocolVersion as protocol } from '../../../src/protocol/version.ts';

describe('the handshake', () => {
  for (const [engine, face, verdict] of [
    ['1.2.3', '1.2.3', 'fits'],
    ['1.10.0', '1.9.0', 'fits'],
    ['1.9.0', '1.10.0', 'older'],
    ['0.9.9', '1.0.0', 'older'],
    ['1.2.3-beta.1', '1.2.3', 'fits'],
    ['nonsense', '0.0.1', 'older'],
  ] as const)
    it(`takes engine ${engine} for "${verdict}" by face ${face}`, () => {
      assert.equal(judge({ protocol, version: engine }, face), verdict);
    });

  it('goes by the protocol first', () => {
    assert.equal(judge({ protocol: protocol + 1, version: '0.0.1' }, '9.9.9'), 'too-new');
    assert.equal(judge({ protocol: protocol - 1, version: '9.9.9' }, '0.0.1'), 'too-old');
  });
});
