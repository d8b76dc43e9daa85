import type { EngineClient } from '../../src/client/engineClient.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Session } from '../../src/protocol/session.ts';
import { endedStates } from '../../src/protocol/session.ts';
import type { Rule } from '../support/scriptedApi/scenario.ts';
import type { SampleRepository } from '../support/sampleRepository.ts';
import { floorFetch } from './floor.ts';

const commits = 5;
const record = 'echo "$(git rev-parse HEAD) $(date +%s%3N)" >> /workspaces/times';

/** A session that makes commits one by one, so far apart that each comes home by itself, and notes when each was made. */
export const oneByOne: Rule = {
  match: 'commits',
  steps: [
    ...Array.from({ length: commits }, (_, number) => ({
      tool: 'Bash',
      input: { command: `echo ${number} >> n && git add n && git commit -qm ${number} && ${record}` },
      delayMs: 3000,
    })),
    { text: 'Done.', delayMs: 3000 },
  ],
};

/** When each commit came home, by its id, until the session has ended. */
async function arrivals(client: EngineClient, id: string, after: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { body } of client.events({ after, sessionId: id, signal: AbortSignal.timeout(120_000) })) {
    if (body.type !== 'session.updated') continue;
    const { head, state } = body.data.changes;
    if (head && !found.has(head.commit)) found.set(head.commit, Date.now());
    if (state && endedStates.includes(state)) break;
  }
  return found;
}

async function noted(container: string): Promise<(readonly [string, number])[]> {
  const { stdout } = await runOnHost({ file: 'docker', args: ['exec', container, 'cat', '/workspaces/times'] });
  const lines = stdout.toString('utf8').trim().split('\n');
  return lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])] as const);
}

/** Milliseconds from a commit in the environment until a face hears that it is home, beside a bare fetch over `docker exec`. */
export async function commitsHome(
  client: EngineClient,
  sample: SampleRepository,
  options: { readonly parent: string; readonly certificates?: string | undefined },
): Promise<{ own: number[]; floor: number[] }> {
  const { seq } = await client.call('session.list', {});
  const prompt = 'Make commits.';
  const { session } = await client.call('session.create', {
    repository: sample.folder,
    prompt,
    certificates: options.certificates,
  });
  const home = await arrivals(client, session.id, seq);
  const ended = (await client.call('session.get', { session: session.id })).session;
  const environment = needed(ended);
  const times = await noted(environment.id);
  const own = times.flatMap(([commit, at]) => {
    const arrived = home.get(commit);
    return arrived === undefined ? [] : [arrived - at];
  });
  const place = { container: environment.id, workspace: environment.workspaceFolder, branch: ended.branch };
  const floor: number[] = [];
  for (let run = 0; run < commits; run += 1)
    floor.push(await floorFetch({ ...place, origin: sample.remote, parent: options.parent }));
  await client.call('session.remove', { session: session.id, discard: true });
  return { own, floor };
}

function needed(session: Session): NonNullable<Session['environment']> {
  if (session.environment) return session.environment;
  throw new Error(`The session has no environment: ${session.state}, ${session.reason.message}`);
}
