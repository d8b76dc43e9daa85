const empty = (text: string): boolean => text.trim() === '';

/** What is wrong with the name of a branch, tag or commit as it is typed; git's own rules, so far as they can be seen. */
export function refProblem(typed: string): string | undefined {
  const ref = typed.trim();
  if (ref.startsWith('-')) return 'A name can not begin with "-".';
  if (/[\x00-\x20~^:?*[\\\x7f]/.test(ref)) return 'Spaces and ~ ^ : ? * [ \\ can not be part of a name.';
  if (/\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$|^@$/.test(ref)) return 'git does not allow this name.';
  return undefined;
}

export const promptProblem = (text: string): string | undefined =>
  text.length > 1_000_000 ? 'That is too long: a task has at most a million characters.' : undefined;

type Field = 'name' | 'branch' | 'model' | 'image' | 'setup' | 'memory' | 'cpus' | 'pids';

const texts: Readonly<Record<Exclude<Field, 'branch' | 'memory' | 'cpus' | 'pids'>, number>> = {
  ...{ name: 80, model: 200, image: 500, setup: 10_000 },
};
const numbers = {
  memory: { least: 0.0625, most: 4096, whole: false, unit: ' GiB' },
  cpus: { least: 0.1, most: 1024, whole: false, unit: ' cores' },
  pids: { least: 32, most: 1_000_000, whole: true, unit: '' },
} as const;

/** What is wrong with a field as it is typed; an empty text leaves the choice to Flotilla. */
export function fieldProblem(field: Field, typed: string): string | undefined {
  switch (field) {
    case 'branch':
      return refProblem(typed) ?? (typed.length > 200 ? 'That is too long.' : undefined);
    case 'memory':
    case 'cpus':
    case 'pids':
      return numberProblem(field, typed);
    default:
      return textProblem(field, typed.trim());
  }
}

function textProblem(field: keyof typeof texts, text: string): string | undefined {
  if (text.length > texts[field]) return `At most ${texts[field]} characters.`;
  return (field === 'image' || field === 'model') && /\s/.test(text) ? 'There is a space in it.' : undefined;
}

function numberProblem(field: keyof typeof numbers, typed: string): string | undefined {
  const { least, most, whole, unit } = numbers[field];
  const value = Number(typed.trim().replace(',', '.'));
  const fits = !empty(typed) && value >= least && value <= most && (!whole || Number.isInteger(value));
  return fits ? undefined : `A ${whole ? 'whole ' : ''}number from ${least} to ${most}${unit}.`;
}
