import { Option } from 'commander';
import { define } from '../../define.ts';
import { findUserId } from '../../find-user.ts';
import { type ListOptions, listOptions, pageSize, showList } from '../../list.ts';
import { orDash, when } from '../../words.ts';

export const audit = define<ListOptions & { user?: string }>({
  name: 'audit',
  summary: 'List what happened, the newest first',
  description: 'List what happened, the newest first: sign-ins, failed ones, and what admins did',
  examples: [
    'invitree admin audit',
    'invitree admin audit --user +79991234567',
    `invitree admin audit --all | jq 'select(.action == "auth.sign_in_failed")'`,
  ],
  options: [...listOptions(), new Option('--user <user>', 'by this user, or about them')],
  async run(context, { user, ...options }) {
    const client = await context.connect();
    const userId = user === undefined ? undefined : await findUserId(client, user);
    const entries = client.admin.audit.all({ userId, limit: pageSize(options) });
    await showList(context, entries, {
      ...options,
      none: 'Nothing happened.',
      columns: [
        { title: 'AT', value: ({ at }) => when(at) },
        { title: 'ACTION', value: ({ action }) => action },
        { title: 'BY', value: ({ actorId }) => orDash(actorId) },
        {
          title: 'ABOUT',
          value: ({ actorId, targetId }) => (targetId === actorId ? 'self' : orDash(targetId)),
        },
        { title: 'ADDRESS', value: ({ ip }) => orDash(ip) },
        { title: 'DETAILS', value: ({ details }) => describe(details) },
      ],
    });
  },
});

function describe(details: Record<string, unknown> | null): string {
  return Object.entries(details ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
