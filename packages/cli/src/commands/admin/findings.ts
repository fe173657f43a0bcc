import { Option } from 'commander';
import { define } from '../../define.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions, pageSize, showList } from '../../list.ts';
import { orDash, when, yesOrNo } from '../../words.ts';

export const findings = define<ListOptions & { user?: string }>({
  name: 'findings',
  summary: 'List what the rules against referral abuse noticed, the newest first',
  examples: ['invitree admin findings', 'invitree admin findings --user +79991234567'],
  options: [...listOptions(), new Option('--user <user>', 'as referrer or referee')],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user === undefined ? undefined : await findUserId(client, user);
    const found = client.admin.findings.all({ userId, limit: pageSize(options) });
    await showList(context, found, {
      ...options,
      none: 'Nothing was noticed.',
      columns: [
        { title: 'AT', value: ({ at }) => when(at) },
        { title: 'RULE', value: ({ rule }) => rule },
        { title: 'REFERRER', value: ({ referrerId }) => referrerId },
        { title: 'REFEREE', value: ({ refereeId }) => orDash(refereeId) },
        { title: 'CODE', value: ({ inviteCode }) => inviteCode },
        { title: 'REFUSED', value: ({ refused }) => yesOrNo(refused) },
        { title: 'REASON', value: ({ reason }) => reason },
      ],
    });
  },
});
