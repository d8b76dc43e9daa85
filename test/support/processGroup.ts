import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The processes of a group that have not ended; none where there is no /proc to look in. One that nobody has taken leave of yet has. */
export const livingOf = (group: number): number[] =>
  (existsSync('/proc') ? readdirSync('/proc') : [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state = 'X', , of] = statOf(pid);
      return Number(of) === group && !'ZX'.includes(state);
    });

/** What the kernel says of a process behind its name: state, parent, group … */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
