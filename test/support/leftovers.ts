import { runOnHost } from '../../src/engine/process/run.ts';

const kinds = {
  container: ['ps', '--all', '--quiet'],
  volume: ['volume', 'ls', '--quiet'],
  network: ['network', 'ls', '--quiet'],
} as const;

async function ids(args: readonly string[], label: string, host: string | undefined): Promise<string[]> {
  const env = host === undefined ? {} : { DOCKER_HOST: host };
  const command = { file: 'docker', args: [...args, '--filter', `label=${label}`], env };
  const { exitCode, stdout, stderr } = await runOnHost(command);
  if (exitCode !== 0) throw new Error(`what is left could not be seen: ${stderr}`);
  return stdout.toString('utf8').split('\n').filter(Boolean);
}

/** Containers, volumes and networks that carry a label (`flotilla.session=…`), as `kind id`. `host`: another daemon than the usual one. */
export async function labelled(label: string, host?: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(kinds).map(async ([kind, args]) => (await ids(args, label, host)).map((id) => `${kind} ${id}`)),
  );
  return found.flat();
}
