import type { Section } from './report.ts';

export interface Bar {
  name: string;
  value: number;
  least: number;
  most: number;
  ours: boolean;
}

const WIDTH = 840;
const LEFT = 330;
const ROW = 22;

/** Bars a group, with the spread of the rounds as a line on each. */
export function picture(groups: { title: string; bars: Bar[] }[]): string {
  const parts: string[] = [];
  let y = 12;
  for (const { title, bars } of groups) {
    const scale = (WIDTH - LEFT - 90) / Math.max(...bars.map(({ most }) => most));
    const x = (value: number) => (LEFT + value * scale).toFixed(1);
    y += 20;
    parts.push(`<text x="0" y="${y}" font-weight="600">${escapeText(title)}</text>`);
    y += 8;
    for (const { name, value, least, most, ours } of bars) {
      const middle = y + ROW / 2;
      parts.push(
        `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escapeText(name)}</text>`,
        `<rect x="${LEFT}" y="${y + 3}" width="${(value * scale).toFixed(1)}" height="${ROW - 6}" rx="2" fill="${ours ? '#2563eb' : '#94a3b8'}"/>`,
        `<path d="M${x(least)} ${middle}H${x(most)}" stroke="#0f172a" stroke-opacity=".55" stroke-width="1.5"/>`,
        `<text x="${(Number(x(most)) + 6).toFixed(1)}" y="${middle + 4}">${Math.round(value).toLocaleString('en')}</text>`,
      );
      y += ROW;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" font-family="system-ui, sans-serif" font-size="13" fill="#0f172a">
<title>Rates of Invitree beside the floor and better-auth</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** The rows of a section whose first columns are a rate and its least and most. */
export function barsOf({ rows }: Section): Bar[] {
  return rows.map(({ name, values: [value, least, most] }) => ({
    name,
    value: Number(value),
    least: Number(least),
    most: Number(most),
    ours: name.startsWith('Invitree'),
  }));
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
