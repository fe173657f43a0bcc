import { formatNumber } from './format.ts';
import type { Output } from './output.ts';

const HEIGHT = 5;
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Draws counts by day as a column chart. Shows as many of the latest days as fit the width. */
export function renderChart(
  days: { day: string; count: number }[],
  { colors, width }: Output,
): string {
  const max = Math.max(1, ...days.map(({ count }) => count));
  const scale = formatNumber(max);
  const room = Math.max(1, width - scale.length - 2);
  const columnWidth = days.length * 2 <= room ? 2 : 1;
  const shown = days.slice(-Math.floor(room / columnWidth));
  const rows = Array.from({ length: HEIGHT }, (_, row) => {
    const floor = HEIGHT - 1 - row;
    const label = (row === 0 ? scale : row === HEIGHT - 1 ? '0' : '').padStart(scale.length);
    const columns = shown.map(({ count }) => {
      // In eighths of a row. A count above zero is always visible.
      const height = count === 0 ? 0 : Math.max(1, Math.round((count / max) * HEIGHT * 8));
      const filled = Math.min(8, Math.max(0, height - floor * 8));
      return (EIGHTHS[filled] as string).padEnd(columnWidth);
    });
    return `${colors.dim(`${label} ┤`)}${colors.cyan(columns.join('').trimEnd())}`;
  });
  const first = shown[0]?.day.slice(5) ?? '';
  const last = shown.at(-1)?.day.slice(5) ?? '';
  const gap = shown.length * columnWidth - first.length - last.length;
  const axis = gap > 0 ? first + ' '.repeat(gap) + last : last;
  return [...rows, colors.dim(`${' '.repeat(scale.length + 2)}${axis}`)].join('\n');
}
