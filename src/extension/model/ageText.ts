const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
];

/** How long ago something was, in its biggest unit: "3h"; "now" within a minute. */
export function ageText(instant: string, at = Date.now()): string {
  const seconds = Math.max(0, Math.floor((at - Date.parse(instant)) / 1000));
  const unit = units.find(([, size]) => seconds >= size);
  return unit === undefined ? 'now' : `${Math.floor(seconds / unit[1])}${unit[0]}`;
}
