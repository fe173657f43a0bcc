import { styleText } from 'node:util';

export interface Row {
  name: string;
  /** The cells, in the order of the section's columns. */
  values: (number | string)[];
  /** The value relative to the reference row. */
  ratio?: number;
  /** The lowest or highest acceptable ratio. */
  target?: { min: number } | { max: number };
}

export interface Section {
  title: string;
  columns: string[];
  rows: Row[];
}

export function printSection({ title, columns, rows }: Section): void {
  console.log(`\n${styleText('bold', title)}`);
  console.log(
    `${''.padEnd(34)}${columns.map((column) => column.padStart(14)).join('')}${'ratio'.padStart(9)}`,
  );
  for (const row of rows) {
    const values = row.values.map((value) => formatValue(value).padStart(14)).join('');
    const ratio = row.ratio === undefined ? '' : row.ratio.toFixed(2);
    console.log(`${row.name.padEnd(34)}${values}${ratio.padStart(9)}  ${verdict(row)}`);
  }
}

export function markdownTable({ title, columns, rows }: Section): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line([title, ...columns, 'ratio', 'target']),
    line(['---', ...columns.map(() => '---:'), '---:', '---']),
    ...rows.map((row) =>
      line([
        row.name,
        ...row.values.map(formatValue),
        row.ratio === undefined ? '' : row.ratio.toFixed(2),
        verdict(row),
      ]),
    ),
  ].join('\n');
}

function isMet({ ratio = Number.NaN, target }: Row): boolean | undefined {
  if (!target) return undefined;
  return 'min' in target ? ratio >= target.min : ratio <= target.max;
}

function verdict(row: Row): string {
  const { target } = row;
  if (!target) return '';
  const text = 'min' in target ? `at least ${target.min}` : `at most ${target.max}`;
  return `${text}: ${isMet(row) ? 'met' : 'not met'}`;
}

function formatValue(value: number | string): string {
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
