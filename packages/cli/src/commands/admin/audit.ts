import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions } from '../../options.ts';
import { formatTime, orDash } from '../../output/format.ts';
import { pageSize, printList } from '../../output/list.ts';

export const audit = defineCommand<ListOptions & { user?: string }>({
  name: 'audit',
  summary: 'List audit log entries, newest first',
  description:
    'List sign-ins, wrong codes and passwords, changes of how users sign in, exports and admin actions, newest first.',
  examples: [
    'invitree admin audit',
    'invitree admin audit --user +79991234567',
    `invitree admin audit --all | jq 'select(.action == "auth.sign_in_failed")'`,
  ],
  options: [...listOptions(), new Option('--user <user>', 'Entries by or about this user')],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user === undefined ? undefined : await findUserId(client, user);
    const entries = client.admin.audit.all({ userId, limit: pageSize(options) });
    await printList(context, entries, {
      ...options,
      empty: 'No audit log entries.',
      columns: [
        { title: 'TIME', value: ({ at }) => formatTime(at) },
        { title: 'ACTION', value: ({ action }) => action },
        { title: 'ACTOR', value: ({ actorId }) => orDash(actorId) },
        {
          title: 'TARGET',
          value: ({ actorId, targetId }) => (targetId === actorId ? 'self' : orDash(targetId)),
        },
        { title: 'IP ADDRESS', value: ({ ip }) => orDash(ip) },
        { title: 'DETAILS', value: ({ details }) => formatDetails(details) },
      ],
    });
  },
});

function formatDetails(details: Record<string, unknown> | null): string {
  return Object.entries(details ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
