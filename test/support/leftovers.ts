import { runOnHost } from '../../src/engine/process/run.ts';

const kinds = {
  container: ['ps', '--all', '--quiet'],
  volume: ['volume', 'ls', '--quiet'],
  network: ['network', 'ls', '--quiet'],
} as const;

async function ids(args: readonly string[], label: string): Promise<string[]> {
  const { exitCode, stdout } = await runOnHost({ file: 'docker', args: [...args, '--filter', `label=${label}`] });
  return exitCode === 0 ? stdout.toString('utf8').split('\n').filter(Boolean) : [];
}

/** Containers, volumes and networks that carry a label (`flotilla.session=…`), as `kind id`. */
export async function labelled(label: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(kinds).map(async ([kind, args]) => (await ids(args, label)).map((id) => `${kind} ${id}`)),
  );
  return found.flat();
}
