import { styleText } from 'node:util';

export interface Row {
  name: string;
  /** What was measured, in the section's columns */
  values: (number | string)[];
  /** How it stands to what it is measured by */
  ratio?: number;
  /** The least ratio that is good, or the most */
  target?: { least: number } | { most: number };
}

export interface Section {
  title: string;
  columns: string[];
  rows: Row[];
}

export function print({ title, columns, rows }: Section): void {
  console.log(`\n${styleText('bold', title)}`);
  console.log(
    `${''.padEnd(34)}${columns.map((column) => column.padStart(14)).join('')}${'ratio'.padStart(9)}`,
  );
  for (const row of rows) {
    const values = row.values.map((value) => show(value).padStart(14)).join('');
    const ratio = row.ratio === undefined ? '' : row.ratio.toFixed(2);
    console.log(`${row.name.padEnd(34)}${values}${ratio.padStart(9)}  ${verdict(row)}`);
  }
}

/** As a table of Markdown. */
export function table({ title, columns, rows }: Section): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line([title, ...columns, 'ratio', 'target']),
    line(['---', ...columns.map(() => '---:'), '---:', '---']),
    ...rows.map((row) =>
      line([
        row.name,
        ...row.values.map(show),
        row.ratio === undefined ? '' : row.ratio.toFixed(2),
        verdict(row),
      ]),
    ),
  ].join('\n');
}

function isMet({ ratio = Number.NaN, target }: Row): boolean | undefined {
  if (!target) return undefined;
  return 'least' in target ? ratio >= target.least : ratio <= target.most;
}

function verdict(row: Row): string {
  const { target } = row;
  if (!target) return '';
  const words = 'least' in target ? `at least ${target.least}` : `at most ${target.most}`;
  return `${words}: ${isMet(row) ? 'met' : 'not met'}`;
}

function show(value: number | string): string {
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
