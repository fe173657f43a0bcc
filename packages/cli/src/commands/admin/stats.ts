import type { Client } from '@invitree/sdk';
import { defineCommand } from '../../command.ts';
import { daysOption } from '../../options.ts';
import { renderChart } from '../../output/chart.ts';
import { formatNumber, orDash, pluralize } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { renderDetails, renderTable } from '../../output/table.ts';

type TopReferrer = Awaited<ReturnType<Client['admin']['stats']>>['topReferrers'][number];

export const stats = defineCommand<{ days: number }>({
  name: 'stats',
  summary: 'Show user statistics and top referrers',
  examples: ['invitree admin stats', 'invitree admin stats --days 90 --json'],
  options: [daysOption()],
  async run({ out, connect }, { days }) {
    const result = await (await connect()).admin.stats({ days });
    out.result(result, () => {
      const { users, estimated, activations, blocked, admins, topReferrers } = result;
      const about = estimated ? 'about ' : '';
      const period = `the last ${pluralize(days, 'day')}`;
      const renderTitle = (text: string) => `\n${out.colors.bold(text)}`;
      const blocks = [
        renderDetails(
          [
            ['Users', about + formatNumber(users)],
            ['Blocked', formatNumber(blocked)],
            ['Admins', formatNumber(admins)],
            ['Activations', about + formatNumber(activations)],
          ],
          out,
        ),
        renderTitle(`${pluralize(sum(result.signUpsByDay), 'sign-up')} in ${period}`),
        renderChart(result.signUpsByDay, out),
        renderTitle(`${pluralize(sum(result.activationsByDay), 'activation')} in ${period}`),
        renderChart(result.activationsByDay, out),
      ];
      if (topReferrers.length > 0)
        blocks.push(renderTitle(`Top referrers of ${period}`), renderReferrers(topReferrers, out));
      return blocks.join('\n');
    });
  },
});

const sum = (days: { count: number }[]) => days.reduce((total, { count }) => total + count, 0);

function renderReferrers(referrers: TopReferrer[], out: Output): string {
  return renderTable(
    referrers,
    [
      { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
      { title: 'PHONE', value: ({ phone }) => orDash(phone) },
      { title: 'INVITED', value: (each) => formatNumber(each.activations), align: 'right' },
      { title: 'TOTAL', value: (each) => formatNumber(each.referralCount), align: 'right' },
    ],
    out,
  );
}
