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

/** The value that a container's label has on each container below a host folder's sessions. */
export async function scopesBelow(folder: string): Promise<string[]> {
  const format = '{{.Label "devcontainer.local_folder"}}\t{{.Label "flotilla.scope"}}';
  const args = ['ps', '--all', '--filter', 'label=flotilla.scope', '--format', format];
  const { stdout } = await runOnHost({ file: 'docker', args });
  const rows = stdout
    .toString('utf8')
    .split('\n')
    .filter((row) => row.startsWith(folder));
  return [...new Set(rows.map((row) => row.split('\t')[1] ?? ''))];
}
