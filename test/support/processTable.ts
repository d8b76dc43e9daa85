import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** What it is called, at most 15 characters (`comm` of proc(5)). */
  readonly name: string;
}

/** The processes that have not ended; none where there is no /proc to look in. One that nobody has taken leave of yet has. */
export const livingProcesses = (): HostProcess[] =>
  (existsSync('/proc') ? readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name)).flatMap(read);

/** False for one that has ended and that nobody reaps, and where there is no /proc to look in. */
export const isLiving = (pid: number): boolean => read(String(pid)).length > 0;

/** All that descend from these, and these. */
export function treeOf(roots: readonly number[], all = livingProcesses()): HostProcess[] {
  const found = new Set(roots);
  for (let size = -1; size < found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
}

function read(pid: string): HostProcess[] {
  try {
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    const [state = 'X', parent, group] = rest.split(' ');
    if ('ZX'.includes(state)) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), name }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
