import type { EngineClient } from '../../src/client/engineClient.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { type Row, inTurns, ratioRow, timed } from './measure.ts';
import { untilEnded } from './ownStart.ts';

/** What an editor waits for when it looks at a file of a session, beside a bare `stat` over `docker exec`. */
export async function fileLook(
  client: EngineClient,
  options: { readonly parent: string; readonly certificates: string | undefined; readonly runs: number },
): Promise<Row> {
  const { folder: repository } = await sampleRepository(options.parent, undefined, 'meadow');
  const { seq } = await client.call('session.list', {});
  const asked = { repository, prompt: 'Say hello.', certificates: options.certificates };
  const { id } = (await client.call('session.create', asked)).session;
  await untilEnded(client, id, seq);
  const { environment } = (await client.call('session.get', { session: id })).session;
  if (!environment) throw new Error('The session has no environment.');
  const file = `${environment.workspaceFolder}/README.md`;
  const { first, second } = await inTurns(
    options.runs,
    () => timed(() => client.call('file.stat', { session: id, paths: ['README.md'] })),
    () => timed(() => runOnHost({ file: 'docker', args: ['exec', environment.id, 'stat', file] })),
  );
  await client.call('session.remove', { session: id, discard: true });
  return ratioRow('a look at a file of a session', first, { name: 'docker exec stat', samples: second });
}
