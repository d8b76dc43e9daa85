import type { Check } from '../../../protocol/operations.ts';
import type { Docker } from './docker.ts';

const label = 'flotilla.image';

/**
 * Images that earlier versions, or other certificates, have left. They are named, not removed: making one again takes minutes. Kept
 * out are those that a container uses, running or not, and the newest of our own.
 */
export async function oldImages(docker: Docker, signal: AbortSignal): Promise<Check[]> {
  const check = { id: 'docker-images', title: 'Old images' };
  try {
    const [images, containers] = await Promise.all([docker.images([label], signal), docker.containers([], signal)]);
    // What users build on ours has its labels as well.
    const ours = images.filter(({ tags }) => tags.some((tag) => tag.startsWith('flotilla/')));
    const newest = ours.find(({ labels }) => labels[label] === 'claude-code');
    const used = new Set([newest?.id, ...containers.map(({ imageId }) => imageId)]);
    const old = ours.filter(({ id }) => !used.has(id));
    if (old.length === 0) return [{ ...check, status: 'ok', message: 'There are none.' }];
    const gib = (old.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 ** 3).toFixed(1);
    const message = `No container uses ${old.length} older ${old.length === 1 ? 'image' : 'images'} of Flotilla's (up to ${gib} GiB).`;
    const advice = `Remove them with "docker image rm ${old.flatMap(({ tags }) => tags).join(' ')}".`;
    return [{ ...check, status: 'warning', message, advice }];
  } catch {
    // Why Docker does not answer, its own check says.
    return [];
  }
}
