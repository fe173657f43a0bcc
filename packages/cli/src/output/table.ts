import stringWidth from 'string-width';
import type { Output } from './output.ts';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  align?: 'right';
}

const GAP = 2;
const MIN_WIDTH = 6;

/** Renders rows in columns. Shortens the widest columns if the terminal is too narrow. */
export function renderTable<Row>(
  rows: Row[],
  columns: Column<Row>[],
  { colors, width }: Output,
): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row)));
  const widths = columns.map(({ title }, i) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[i] as string))),
  );
  const totalWidth = () => widths.reduce((sum, each) => sum + each + GAP, -GAP);
  while (totalWidth() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] as number) <= MIN_WIDTH) break;
    widths[widest] = (widths[widest] as number) - 1;
  }
  const renderLine = (texts: string[]) =>
    texts
      .map((text, i) => fit(text, widths[i] as number, columns[i]?.align))
      .join(' '.repeat(GAP))
      .trimEnd();
  const header = colors.dim(renderLine(columns.map(({ title }) => title)));
  return [header, ...cells.map(renderLine)].join('\n');
}

/** Pads or shortens a text to a width in terminal columns. */
function fit(text: string, width: number, align?: 'right'): string {
  let shown = text;
  if (stringWidth(text) > width) {
    // Cuts whole graphemes: half an emoji or a bare accent would break the layout.
    const graphemes = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
    while (stringWidth(graphemes.join('')) > width - 1) graphemes.pop();
    shown = `${graphemes.join('')}…`;
  }
  const padding = ' '.repeat(width - stringWidth(shown));
  return align === 'right' ? padding + shown : shown + padding;
}

/** Renders the properties of one object, one per line. */
export function renderDetails(pairs: [name: string, value: string][], { colors }: Output): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + GAP;
  return pairs.map(([name, value]) => `${colors.dim(name.padEnd(width))}${value}`).join('\n');
}
