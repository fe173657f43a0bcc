import { Argument, Option } from 'commander';
import { defineCommand } from '../../../command.ts';
import { type ListOptions, listOptions } from '../../../options.ts';
import { formatDate, orDash } from '../../../output/format.ts';
import { pageSize, printList } from '../../../output/list.ts';

interface Options extends ListOptions {
  role?: 'user' | 'admin';
  status?: 'active' | 'blocked' | 'deleted';
}

export const list = defineCommand<Options, [query?: string]>({
  name: 'list',
  summary: 'List or search users',
  description: 'List users, newest first, or search for users.',
  examples: [
    'invitree admin users list',
    'invitree admin users list +7999',
    'invitree admin users list anna@example.com',
    'invitree admin users list --status blocked --all --json | jq -r .phone',
  ],
  arguments: [new Argument('[query]', 'ID, email, invite code, or start of a phone or name')],
  options: [
    ...listOptions(),
    new Option('--role <role>', 'Only users with this role').choices(['user', 'admin']),
    new Option('--status <status>', 'Only users with this status').choices([
      'active',
      'blocked',
      'deleted',
    ]),
  ],
  async run(context, { role, status, ...options }, query) {
    const client = await context.connect();
    const users = client.admin.listUsers.all({ query, role, status, limit: pageSize(options) });
    await printList(context, users, {
      ...options,
      empty: 'No users found.',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'PHONE', value: ({ phone }) => orDash(phone) },
        { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
        { title: 'ROLE', value: ({ role }) => role },
        { title: 'STATUS', value: ({ status }) => status },
        { title: 'REFERRALS', value: ({ referralCount }) => String(referralCount), align: 'right' },
        { title: 'JOINED', value: ({ createdAt }) => formatDate(createdAt) },
      ],
    });
  },
});
