import { Option } from 'commander';
import { define } from '../../define.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions, pageSize, showList } from '../../list.ts';
import { orDash, when } from '../../words.ts';

export const list = define<ListOptions & { user?: string }>({
  name: 'list',
  summary: 'List whom I brought, the newest first',
  examples: [
    'invitree referrals list',
    'invitree referrals list --all | jq -r .phone',
    'invitree referrals list --user +79991234567',
  ],
  options: [...listOptions(), new Option('--user <user>', "another's, for admins")],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user ? await findUserId(client, user) : (await client.profile.me()).id;
    const referrals = client.referral.list.all({ userId, limit: pageSize(options) });
    await showList(context, referrals, {
      ...options,
      none: 'Nobody yet.',
      columns: [
        { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
        { title: 'PHONE', value: ({ phone }) => orDash(phone) },
        { title: 'ACTIVATED', value: ({ activatedAt }) => when(activatedAt) },
      ],
    });
  },
});
