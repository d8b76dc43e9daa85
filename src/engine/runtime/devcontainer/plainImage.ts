import { FlotillaError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { archive } from './archive.ts';
import type { Docker } from './docker.ts';
import { buildMessage } from './dockerTypes.ts';
import { readMessages } from './messageStream.ts';

/**
 * By this label an image says how it wants to be run: privileged, with mounts of the host, with variables of the host
 * (`${localEnv:…}`). The dev container CLI does as it says, over all that we set. Ours has an empty one (media/image/Dockerfile).
 *
 * @see https://containers.dev/implementors/spec/#image-metadata
 */
const label = 'devcontainer.metadata';

/** The name of an image that is the same without wishes of its own; the image itself when it has none, or is not there. */
export async function plainImage(docker: Docker, name: string, signal: AbortSignal): Promise<string> {
  const image = await docker.image(name);
  if (image === undefined || ['', '[]'].includes(image.labels[label] ?? '')) return name;
  const tag = `flotilla/plain:${shortHash(image.id, 16)}`;
  if ((await docker.image(tag)) !== undefined) return tag;
  const dockerfile = `FROM ${image.id}\nLABEL ${label}="[]"\n`;
  const context = await archive([{ path: 'Dockerfile', content: dockerfile, mode: 0o644 }]);
  const options = { tag, args: {}, labels: { 'flotilla.image': 'plain' } };
  let detail: string | undefined;
  await readMessages(
    await docker.build(context, options, signal),
    buildMessage,
    ({ error }) => {
      detail = error ?? detail;
    },
    signal,
  );
  if ((await docker.image(tag)) !== undefined) return tag;
  const message = `The image ${name} asks for rights on this machine (label ${label}), and could not be freed of that.`;
  throw new FlotillaError('start-failed', `${message} Choose another image.`, { detail });
}
