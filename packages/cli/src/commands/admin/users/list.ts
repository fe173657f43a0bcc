import { Argument, Option } from 'commander';
import { define } from '../../../define.ts';
import { type ListOptions, listOptions, pageSize, showList } from '../../../list.ts';
import { orDash, when } from '../../../words.ts';

interface Options extends ListOptions {
  role?: 'user' | 'admin';
  status?: 'active' | 'blocked' | 'deleted';
}

export const list = define<Options, [query?: string]>({
  name: 'list',
  summary: 'List users, the newest first, or find some',
  examples: [
    'invitree admin users list',
    'invitree admin users list +7999',
    'invitree admin users list anna@example.com',
    'invitree admin users list --status blocked --all --json | jq -r .phone',
  ],
  arguments: [
    new Argument(
      '[query]',
      'a phone or its beginning, email, id, invite code, beginning of a name',
    ),
  ],
  options: [
    ...listOptions(),
    new Option('--role <role>', 'only these').choices(['user', 'admin']),
    new Option('--status <status>', 'only these').choices(['active', 'blocked', 'deleted']),
  ],
  async run(context, { role, status, ...options }, query) {
    const client = await context.connect();
    const users = client.admin.listUsers.all({ query, role, status, limit: pageSize(options) });
    await showList(context, users, {
      ...options,
      none: 'Nobody is found.',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'PHONE', value: ({ phone }) => orDash(phone) },
        { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
        { title: 'ROLE', value: ({ role }) => role },
        { title: 'STATUS', value: ({ status }) => status },
        { title: 'REFERRALS', value: ({ referralCount }) => String(referralCount), align: 'right' },
        { title: 'SINCE', value: ({ createdAt }) => when(createdAt).slice(0, 10) },
      ],
    });
  },
});
