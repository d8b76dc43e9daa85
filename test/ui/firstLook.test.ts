import { after, afterEach, before, describe, it } from 'mocha';
import { type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

describe('the packaged extension in a fresh VS Code', function () {
  this.timeout(120_000);
  let bed: VscodeBed;
  let sample: SampleRepository;
  let window: Workbench;

  before(async function () {
    bed = await VscodeBed.start(this);
    sample = await sampleRepository(bed.flotilla.folder);
    window = await bed.window(sample.folder);
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(() => bed.close());

  it('shows its container with a welcome', async () => {
    await window.show('Flotilla');
    await window.screenshot('first-look');
  });
});
