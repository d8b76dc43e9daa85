import { FlotillaError } from '../../base/errors.ts';
import { places } from '../contract.ts';
import type { Docker } from './docker.ts';
import type { Owner } from './environmentFiles.ts';
import { failureOf } from './failures.ts';
import type { SessionNames } from './sessionNames.ts';

/**
 * Runs as root, without a network and with CAP_CHOWN alone, in a container of the foreign image: finds a user that is not root, gives
 * it the new volumes, and says who it is and which of the needed programs are missing. `$1` is the image's own user, `$2` the folders,
 * the rest the programs.
 */
const script = `
wanted=\${1%%:*}
folders=$2
shift 2
found=
while IFS=: read -r name _ uid gid _; do
  [ "$uid" -gt 0 ] 2>/dev/null || continue
  if [ "$name" = "$wanted" ] || [ "$uid" = "$wanted" ]; then found="$name $uid $gid"; break; fi
  case "$wanted" in ''|0|root)
    if [ "$uid" = 1000 ] || { [ "$name" = node ] && [ -z "$found" ]; }; then found="$name $uid $gid"; fi ;;
  esac
done < /etc/passwd
missing=
for tool in "$@"; do command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"; done
echo "flotilla-user $found"
echo "flotilla-missing$missing"
[ -z "$found" ] || { set -- $found; chown "$2:$3" $folders; }
`;

const needed = ['git', 'claude'] as const;

interface ForeignUser {
  readonly user: string;
  readonly owner: Owner;
}

/**
 * Makes a session's new volumes usable for the user of an image that is not ours, since inside the session nothing can change an owner
 * (every capability is dropped): who that user is. Rejects with `image-lacks`, naming at once all that is missing.
 */
export async function prepareForeignImage(
  docker: Docker,
  request: { image: string; names: SessionNames; user: string },
  signal: AbortSignal,
): Promise<ForeignUser> {
  const { image, names } = request;
  const labels = names.labels;
  const id = await docker.createHelper({
    name: names.helper,
    image,
    command: ['sh', '-c', script, 'sh', request.user, `${places.workspaces} ${places.claude}`, ...needed],
    volumes: [
      { name: names.workspaces, path: places.workspaces, labels },
      { name: names.claude, path: places.claude, labels },
    ],
    capabilities: ['CHOWN'],
    labels,
  });
  try {
    const { exitCode, output } = await docker.runHelper(id, signal);
    return userOf(image, exitCode, output.toString('utf8'));
  } catch (error) {
    throw withoutShell(image, error);
  } finally {
    await docker.removeContainer(id).catch(() => undefined);
  }
}

function userOf(image: string, exitCode: number, output: string): ForeignUser {
  const [, user, uid, gid] = /flotilla-user (\S+) (\d+) (\d+)/.exec(output) ?? [];
  const missing = (/flotilla-missing(.*)/.exec(output)?.[1] ?? '').trim().split(/\s+/).filter(Boolean);
  const lacks = [...missing, ...(user === undefined ? ['a user that is not root'] : [])];
  if (lacks.length > 0) throw imageLacks(image, lacks);
  if (exitCode !== 0 || user === undefined)
    throw new FlotillaError('start-failed', `The volumes could not be prepared for the image ${image}.`, {
      detail: output.slice(-2000),
    });
  return { user, owner: { uid: Number(uid), gid: Number(gid) } };
}

function withoutShell(image: string, error: unknown): unknown {
  if (error instanceof FlotillaError || !(error instanceof Error)) return error;
  const known = failureOf(error.message, { code: 'start-failed', message: '' });
  return known.code === 'image-lacks' ? imageLacks(image, ['sh']) : error;
}

const imageLacks = (image: string, lacks: readonly string[]): FlotillaError =>
  new FlotillaError(
    'image-lacks',
    `The image ${image} lacks ${lacks.join(', ')}. Add what is missing, choose another image, or leave the image out to use Flotilla's own.`,
  );
