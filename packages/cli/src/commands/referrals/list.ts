import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions } from '../../options.ts';
import { formatTime, orDash } from '../../output/format.ts';
import { pageSize, printList } from '../../output/list.ts';

export const list = defineCommand<ListOptions & { user?: string }>({
  name: 'list',
  summary: 'List your referrals, newest first',
  examples: [
    'invitree referrals list',
    'invitree referrals list --all | jq -r .phone',
    'invitree referrals list --user +79991234567',
  ],
  options: [
    ...listOptions(),
    new Option('--user <user>', 'Referrals of another user (for admins)'),
  ],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user ? await findUserId(client, user) : (await client.profile.me()).id;
    const referrals = client.referral.list.all({ userId, limit: pageSize(options) });
    await printList(context, referrals, {
      ...options,
      empty: 'No referrals yet.',
      columns: [
        { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
        { title: 'PHONE', value: ({ phone }) => orDash(phone) },
        { title: 'ACTIVATED', value: ({ activatedAt }) => formatTime(activatedAt) },
      ],
    });
  },
});
