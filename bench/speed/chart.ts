import type { Section } from './report.ts';

export interface Bar {
  name: string;
  value: number;
  min: number;
  max: number;
  highlighted: boolean;
}

const WIDTH = 840;
const LEFT = 330;
const ROW = 22;

/** Renders groups of bars as SVG. A line on each bar shows the spread of the rounds. */
export function renderChart(groups: { title: string; bars: Bar[] }[]): string {
  const parts: string[] = [];
  let y = 12;
  for (const { title, bars } of groups) {
    const scale = (WIDTH - LEFT - 90) / Math.max(...bars.map(({ max }) => max));
    const x = (value: number) => (LEFT + value * scale).toFixed(1);
    y += 20;
    parts.push(`<text x="0" y="${y}" font-weight="600">${escapeText(title)}</text>`);
    y += 8;
    for (const { name, value, min, max, highlighted } of bars) {
      const middle = y + ROW / 2;
      parts.push(
        `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escapeText(name)}</text>`,
        `<rect x="${LEFT}" y="${y + 3}" width="${(value * scale).toFixed(1)}" height="${ROW - 6}" rx="2" fill="${highlighted ? '#2563eb' : '#94a3b8'}"/>`,
        `<path d="M${x(min)} ${middle}H${x(max)}" stroke="#0f172a" stroke-opacity=".55" stroke-width="1.5"/>`,
        `<text x="${(Number(x(max)) + 6).toFixed(1)}" y="${middle + 4}">${Math.round(value).toLocaleString('en')}</text>`,
      );
      y += ROW;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" font-family="system-ui, sans-serif" font-size="13" fill="#0f172a">
<title>Rates of Invitree, the floor and better-auth</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** Bars for a section whose first three columns are a rate, its minimum and its maximum. */
export function sectionBars({ rows }: Section): Bar[] {
  return rows.map(({ name, values: [value, min, max] }) => ({
    name,
    value: Number(value),
    min: Number(min),
    max: Number(max),
    highlighted: name.startsWith('Invitree'),
  }));
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
