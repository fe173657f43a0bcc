import { defineCommand } from '../../command.ts';
import { daysOption } from '../../options.ts';
import { renderChart } from '../../output/chart.ts';
import { formatNumber, pluralize } from '../../output/format.ts';
import { renderDetails } from '../../output/table.ts';

export const stats = defineCommand<{ days: number }>({
  name: 'stats',
  summary: 'Show how many referrals you have, by level and day',
  examples: ['invitree referrals stats', 'invitree referrals stats --days 90 --json'],
  options: [daysOption()],
  async run({ out, connect }, { days }) {
    const result = await (await connect()).referral.stats({ days });
    out.result(result, () => {
      const { direct, total, complete, byLevel, byDay } = result;
      const levels = byLevel.filter(({ count }) => count > 0);
      return [
        renderDetails(
          [
            ['Direct', formatNumber(direct)],
            ['Total', `${complete ? '' : 'at least '}${formatNumber(total)}`],
            ...levels.map(({ level, count }): [string, string] => [
              `Level ${level}`,
              formatNumber(count),
            ]),
          ],
          out,
        ),
        `\n${out.colors.bold(`Direct referrals in the last ${pluralize(days, 'day')}`)}`,
        renderChart(byDay, out),
      ].join('\n');
    });
  },
});
