import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions } from '../../options.ts';
import { formatTime, orDash, yesOrNo } from '../../output/format.ts';
import { pageSize, printList } from '../../output/list.ts';

export const findings = defineCommand<ListOptions & { user?: string }>({
  name: 'findings',
  summary: 'List suspected referral abuse, newest first',
  examples: ['invitree admin findings', 'invitree admin findings --user +79991234567'],
  options: [
    ...listOptions(),
    new Option('--user <user>', 'Findings with this referrer or referee'),
  ],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user === undefined ? undefined : await findUserId(client, user);
    const found = client.admin.findings.all({ userId, limit: pageSize(options) });
    await printList(context, found, {
      ...options,
      empty: 'No findings.',
      columns: [
        { title: 'TIME', value: ({ at }) => formatTime(at) },
        { title: 'RULE', value: ({ rule }) => rule },
        { title: 'REFERRER', value: ({ referrerId }) => referrerId },
        { title: 'REFEREE', value: ({ refereeId }) => orDash(refereeId) },
        { title: 'INVITE CODE', value: ({ inviteCode }) => inviteCode },
        { title: 'REFUSED', value: ({ refused }) => yesOrNo(refused) },
        { title: 'REASON', value: ({ reason }) => reason },
      ],
    });
  },
});
