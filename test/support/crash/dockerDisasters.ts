import type { Session } from '../../../src/protocol/session.ts';
import { sleep } from '../../../src/engine/base/clock.ts';
import { CrashBed } from './crashBed.ts';
import { OwnDocker } from './ownDocker.ts';

/** A bed whose engine has a Docker daemon for itself. */
export interface DockerScene {
  readonly bed: CrashBed;
  readonly docker: OwnDocker;
}

type Disaster = (scene: DockerScene, session: Session) => Promise<void>;

/** `image`: what sessions are made of; it is handed over from the machine's own Docker, which takes a while. */
export async function makeDockerScene(baseImage: string, image: string): Promise<DockerScene> {
  const docker = await OwnDocker.start();
  try {
    await docker.load(image);
    const byTheWay = () => ({ DOCKER_HOST: `unix://${docker.way}` });
    return { docker, bed: await CrashBed.start(baseImage, byTheWay, docker.host) };
  } catch (error) {
    await docker.close();
    throw error;
  }
}

export async function closeDockerScene({ bed, docker }: DockerScene): Promise<void> {
  try {
    await bed.close();
  } finally {
    await docker.close();
  }
}

/** How long Docker stays away, in milliseconds. */
const awayMs = 1500;

async function away(docker: OwnDocker, how: 'end' | 'kill', liveRestore: boolean): Promise<void> {
  await docker[how]();
  await sleep(awayMs);
  await docker.begin({ liveRestore });
}

/** What a Docker daemon that goes away and comes back does to a session at work, and why that one says it rests afterwards. */
export const dockerDisasters = {
  'Docker is restarted': {
    rests: 'environment-stopped',
    befalls: ({ docker }) => away(docker, 'end', false),
  },
  'Docker is killed and started again': {
    rests: 'environment-stopped',
    befalls: ({ docker }) => away(docker, 'kill', false),
  },
  'Docker is killed, started again and finds its containers': {
    rests: 'completed',
    befalls: ({ docker }) => away(docker, 'kill', true),
  },
  'Docker is restarted and its containers go on': {
    rests: 'completed',
    befalls: async ({ docker }) => {
      await away(docker, 'kill', true);
      await away(docker, 'end', true);
    },
  },
  'the engine is killed and Docker comes after the next one': {
    rests: 'interrupted',
    befalls: async ({ bed, docker }) => {
      await bed.killEngine();
      await docker.end();
      await bed.call('session.list', {});
      await sleep(awayMs);
      await docker.begin();
    },
  },
} as const satisfies Record<string, { readonly rests: string; readonly befalls: Disaster }>;
