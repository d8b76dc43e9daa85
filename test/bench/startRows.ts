import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import { OwnImage } from '../../src/engine/runtime/devcontainer/ownImage.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Rule } from '../support/scriptedApi/scenario.ts';
import { floorStart } from './floor.ts';
import { type Row, inTurns, ratioRow } from './measure.ts';
import { ownStart } from './ownStart.ts';

export interface StartBed {
  readonly client: EngineClient;
  readonly folder: string;
  readonly image: string;
  readonly certificates: string | undefined;
}

const dockerfile = path.resolve(import.meta.dirname, '../../media/image/Dockerfile');

const prompt = 'Say hello when all have begun.';

/** Claude gets its answer when all of the others stand too: what counts is starts beside starts, not beside the work of those before. */
export const afterAll: Rule = { match: prompt, steps: [{ text: 'Hello.', delayMs: 15_000 }] };

/** So many starts at once, until the last Claude says its first word, beside as many bare `devcontainer up` with a Claude. */
export async function startsAtOnce(bed: StartBed, count: number, runs: number): Promise<Row> {
  const parent = await mkdtemp(path.join(bed.folder, 'starts-'));
  const { folder: repository } = await sampleRepository(parent);
  const own = (): Promise<number> => ownStart(bed.client, { repository, prompt, certificates: bed.certificates });
  const { first, second } = await inTurns(
    runs,
    async () => Math.max(...(await Promise.all(Array.from({ length: count }, own)))),
    () => floorStart(bed.image, bed.folder, count),
  );
  const reference = { name: `${String(count)} devcontainer up + claude`, samples: second };
  return ratioRow(`${String(count)} warm starts at once, until the last first event`, first, reference, 1.3);
}

/** Flotilla's image built anew, with nothing of it in a cache. */
export async function coldImage({ folder, certificates }: StartBed, baseImage: string): Promise<Row> {
  const context = await mkdtemp(path.join(folder, 'image-'));
  const text = await readFile(dockerfile, 'utf8');
  // A label of its own right behind the base: no layer that is there already fits.
  const unlike = text.replace(/^(FROM .*)$/m, `$1\nLABEL flotilla.bench="${path.basename(context)}"`);
  await writeFile(path.join(context, 'Dockerfile'), unlike);
  const start = performance.now();
  const image = new OwnImage(new Docker(), { folder: context, baseImage });
  const tag = await image.ensure(certificates, () => undefined, AbortSignal.timeout(1_800_000));
  const ms = performance.now() - start;
  await runOnHost({ file: 'docker', args: ['rmi', tag] });
  await rm(context, { recursive: true });
  return { name: 'cold image: built anew, downloads included', median: ms, goal: 'none', met: true, samples: [ms] };
}
