import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { barsOf, picture } from './picture.ts';
import { type Section, table } from './report.ts';

const folder = new URL('../', import.meta.url);

/** The tables go between two marks in README.md, so that what is said of them stays; the picture beside it. */
export function publish(sections: Section[]): void {
  const readme = new URL('README.md', folder);
  const load = loadavg().map((value) => value.toFixed(1));
  const said = `Load average at the end ${load.join(', ')}; ${cpus().length} cores; Node ${process.version}.`;
  const tables = sections.map(table).join('\n\n');
  const text = readFileSync(readme, 'utf8').replace(
    /(<!-- speed -->\n).*(<!-- \/speed -->)/s,
    (_, from, to) => `${from}\n${said}\n\n${tables}\n\n${to}`,
  );
  writeFileSync(readme, text);
  const shown = sections.filter(({ columns }) => columns[0] === 'a second');
  const groups = shown.map((each) => ({ title: `${each.title}, a second`, bars: barsOf(each) }));
  writeFileSync(new URL('speed.svg', folder), picture(groups));
}
