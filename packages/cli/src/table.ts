import stringWidth from 'string-width';
import type { Output } from './output.ts';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  align?: 'right';
}

const GAP = 2;
const LEAST = 6;

/** Rows in columns as wide as what is in them; where the terminal is too narrow, the widest give way. */
export function table<Row>(rows: Row[], columns: Column<Row>[], { colors, width }: Output): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row)));
  const widths = columns.map(({ title }, i) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[i] as string))),
  );
  const total = () => widths.reduce((sum, each) => sum + each + GAP, -GAP);
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] as number) <= LEAST) break;
    widths[widest] = (widths[widest] as number) - 1;
  }
  const line = (texts: string[]) =>
    texts
      .map((text, i) => fit(text, widths[i] as number, columns[i]?.align))
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = colors.dim(line(columns.map(({ title }) => title)));
  return [head, ...cells.map(line)].join('\n');
}

function fit(text: string, width: number, align?: 'right'): string {
  let shown = text;
  if (stringWidth(text) > width) {
    const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
    while (stringWidth(letters.join('')) > width - 1) letters.pop();
    shown = `${letters.join('')}…`;
  }
  const blank = ' '.repeat(width - stringWidth(shown));
  return align === 'right' ? blank + shown : shown + blank;
}

/** One thing's properties, one a line. */
export function facts(pairs: [name: string, value: string][], { colors }: Output): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + GAP;
  return pairs.map(([name, value]) => `${colors.dim(name.padEnd(width))}${value}`).join('\n');
}
