import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { renderChart, sectionBars } from './chart.ts';
import { markdownTable, type Section } from './report.ts';

const folder = new URL('../', import.meta.url);

/** Writes the tables between two markers in README.md and the chart to speed.svg. */
export function publish(sections: Section[]): void {
  const readme = new URL('README.md', folder);
  const load = loadavg().map((value) => value.toFixed(1));
  const environment = `Load average at the end ${load.join(', ')}; ${cpus().length} cores; Node ${process.version}.`;
  const tables = sections.map(markdownTable).join('\n\n');
  const text = readFileSync(readme, 'utf8').replace(
    /(<!-- speed -->\n).*(<!-- \/speed -->)/s,
    (_, from, to) => `${from}\n${environment}\n\n${tables}\n\n${to}`,
  );
  writeFileSync(readme, text);
  const groups = sections
    .filter(({ columns }) => columns[0] === 'per second')
    .map((each) => ({ title: `${each.title}, per second`, bars: sectionBars(each) }));
  writeFileSync(new URL('speed.svg', folder), renderChart(groups));
}
