import { Option } from 'commander';
import { chart } from '../../chart.ts';
import { define } from '../../define.ts';
import { positive } from '../../list.ts';
import { facts } from '../../table.ts';

export const stats = define<{ days: number }>({
  name: 'stats',
  summary: 'Show what came of my invitations, by level and by day',
  examples: ['invitree referrals stats', 'invitree referrals stats --days 90 --json'],
  options: [new Option('--days <days>', 'today included').argParser(positive).default(30)],
  async run({ out, connect }, { days }) {
    const figures = await (await connect()).referral.stats({ days });
    out.result(figures, () => {
      const { direct, total, complete, byLevel, byDay } = figures;
      const levels = byLevel.filter(({ count }) => count > 0);
      return [
        facts(
          [
            ['Brought', direct.toLocaleString('en')],
            ['In all', `${complete ? '' : 'at least '}${total.toLocaleString('en')}`],
            ...levels.map(({ level, count }): [string, string] => [
              `Level ${level}`,
              count.toLocaleString('en'),
            ]),
          ],
          out,
        ),
        `\n${out.colors.bold(`Brought in ${days} days`)}`,
        chart(byDay, out),
      ].join('\n');
    });
  },
});
