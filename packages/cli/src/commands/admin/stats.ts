import { Option } from 'commander';
import { chart } from '../../chart.ts';
import { define } from '../../define.ts';
import { positive } from '../../list.ts';
import { facts, table } from '../../table.ts';
import { orDash } from '../../words.ts';

export const stats = define<{ days: number }>({
  name: 'stats',
  summary: 'Show users, sign-ups and activations by day, and the top referrers',
  examples: ['invitree admin stats', 'invitree admin stats --days 90 --json'],
  options: [new Option('--days <days>', 'today included').argParser(positive).default(30)],
  async run({ out, connect }, { days }) {
    const figures = await (await connect()).admin.stats({ days });
    out.result(figures, () => {
      const { users, estimated, activations, blocked, admins, topReferrers } = figures;
      const title = (text: string) => `\n${out.colors.bold(text)}`;
      const total = (byDay: { count: number }[]) =>
        byDay.reduce((sum, { count }) => sum + count, 0).toLocaleString('en');
      const number = (value: number) => value.toLocaleString('en');
      return [
        facts(
          [
            ['Users', `${estimated ? 'about ' : ''}${number(users)}`],
            ['Blocked', number(blocked)],
            ['Admins', number(admins)],
            ['Activations', `${estimated ? 'about ' : ''}${number(activations)}`],
          ],
          out,
        ),
        title(`Sign-ups: ${total(figures.signUpsByDay)} in ${days} days`),
        chart(figures.signUpsByDay, out),
        title(`Activations: ${total(figures.activationsByDay)} in ${days} days`),
        chart(figures.activationsByDay, out),
        ...(topReferrers.length > 0
          ? [
              title('Top referrers of these days'),
              table(
                topReferrers,
                [
                  { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
                  { title: 'PHONE', value: ({ phone }) => orDash(phone) },
                  { title: 'BROUGHT', value: (each) => number(each.activations), align: 'right' },
                  { title: 'EVER', value: (each) => number(each.referralCount), align: 'right' },
                ],
                out,
              ),
            ]
          : []),
      ].join('\n');
    });
  },
});
