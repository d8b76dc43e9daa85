import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../protocol/json.ts';

const configSchema = z.object({ currentContext: z.string().optional() });
const contextSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/**
 * The daemon that the user's docker client talks to, when it is named by a context: docker-modem knows only `DOCKER_HOST`. `undefined`
 * when `DOCKER_HOST` decides, when the context is the default one or not a socket of this machine, or when its files are not as expected.
 *
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function contextEndpoint(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (isSet(env['DOCKER_HOST'])) return undefined;
  const folder = env['DOCKER_CONFIG'] ?? path.join(homedir(), '.docker');
  const name = env['DOCKER_CONTEXT'] ?? (await currentContext(folder));
  if (!isSet(name) || name === 'default') return undefined;
  return endpointOf(folder, name);
}

async function endpointOf(folder: string, name: string): Promise<string | undefined> {
  const digest = createHash('sha256').update(name).digest('hex');
  const context = await read(path.join(folder, 'contexts', 'meta', digest, 'meta.json'), contextSchema);
  const host = context?.Endpoints.docker.Host ?? '';
  return isLocal(host) ? host : undefined;
}

const currentContext = async (folder: string): Promise<string | undefined> =>
  (await read(path.join(folder, 'config.json'), configSchema))?.currentContext;

const isLocal = (host: string): boolean => /^(?:unix|npipe):/.test(host);

/** What makes the docker client talk to the daemon that we talk to, whatever its context is. */
export function clientVariables(
  endpoint: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string | undefined> {
  const host = endpoint ?? env['DOCKER_HOST'];
  // DOCKER_CONTEXT would go before DOCKER_HOST.
  return isSet(host) ? { DOCKER_HOST: host, DOCKER_CONTEXT: undefined } : { DOCKER_CONTEXT: 'default' };
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

async function read<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return parseJson(schema, await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
