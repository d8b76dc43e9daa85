import { cutText } from './words.ts';

export interface Column<T> {
  readonly title: string;
  readonly text: (row: T) => string;
  /** May be cut, down to this many characters, when the terminal is too narrow; other columns never are. */
  readonly least?: number | undefined;
  readonly paint?: ((text: string, row: T) => string) | undefined;
}

const gap = '  ';

/** A table as lines that fit into `width` characters, as far as the columns that may be cut allow. */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const cells = rows.map((row) => columns.map((column) => cutText(column.text(row), 200)));
  const natural = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const widths = fit(columns, natural, width - gap.length * (columns.length - 1));
  const pad = (text: string, index: number): string => cutText(text, widths[index] ?? 0).padEnd(widths[index] ?? 0);
  const header = columns.map(({ title }, index) => pad(title, index)).join(gap);
  const body = rows.map((row, line) =>
    columns
      .map(({ paint }, index) => {
        const text = pad(cells[line]?.[index] ?? '', index);
        return paint === undefined ? text : paint(text, row);
      })
      .join(gap)
      .trimEnd(),
  );
  return [header.trimEnd(), ...body];
}

/** Takes what is too much from the widest column that may be cut, again and again. */
function fit<T>(columns: readonly Column<T>[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - width; excess > 0; excess -= 1) {
    const widest = columns
      .map(({ least }, index) => ({ index, spare: least === undefined ? 0 : (widths[index] ?? 0) - least }))
      .reduce((best, each) => (each.spare > best.spare ? each : best), { index: -1, spare: 0 });
    if (widest.index < 0) break;
    widths[widest.index] = (widths[widest.index] ?? 0) - 1;
  }
  return widths;
}
