import { z } from 'zod';
import { cleanLine } from './cleanText.ts';
import { parseJson } from './json.ts';
import type { Color, Output } from './output.ts';

const lineSchema = z.looseObject({
  level: z.union([z.number(), z.string()]),
  time: z.union([z.number(), z.string()]),
  msg: z.string().default(''),
});
const levels: readonly (readonly [number, string, Color])[] = [
  [50, 'error', 'red'],
  [40, 'warn', 'yellow'],
  [30, 'info', 'green'],
  [0, 'debug', 'gray'],
];
const hidden = ['pid', 'hostname', 'v'];

/** A line of the engine's log for a person; what is no such line is shown as it is. */
export function engineLogText(output: Output, line: string): string {
  const parsed = parseJson(lineSchema, line);
  if (parsed === undefined) return cleanLine(line);
  const { level, time, msg, ...fields } = parsed;
  const [, word, color] = levels.find(([least, name]) =>
    typeof level === 'number' ? level >= least : level === name,
  ) ?? [0, String(level), 'gray' as const];
  const details = Object.entries(fields)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = `${new Date(time).toISOString().slice(11, 23)} ${output.paint(color, word.padEnd(5))}`;
  return `${head} ${cleanLine([msg, ...details].join(' '))}`;
}
