import type { Ancestor, Client } from '@invitree/sdk';
import { defineCommand } from '../../../command.ts';
import { findUserId } from '../../../find-user.ts';
import { userArgument } from '../../../options.ts';
import { formatTime, orDash } from '../../../output/format.ts';
import type { Output } from '../../../output/output.ts';
import { renderProfile } from '../../../output/profile.ts';
import { renderSessions } from '../../../output/sessions.ts';
import { renderTable } from '../../../output/table.ts';

type UserCode = Awaited<ReturnType<Client['admin']['userCodes']>>['items'][number];

export const show = defineCommand<object, [user: string]>({
  name: 'show',
  summary: 'Show a user',
  description: "Show a user's profile, sessions, invite codes and referrers.",
  examples: ['invitree admin users show +79991234567', 'invitree admin users show K7MWQ2 --json'],
  arguments: [userArgument()],
  async run({ out, connect }, _options, user) {
    const client = await connect();
    const id = await findUserId(client, user);
    const [profile, { items: sessions }, { items: codes }, { items: ancestors }] =
      await Promise.all([
        client.admin.getUser({ id }),
        client.admin.userSessions({ id }),
        client.admin.userCodes({ id }),
        client.admin.ancestors({ id, limit: 100 }),
      ]);
    const details = await renderProfile(profile, out);
    out.result({ ...profile, sessions, codes, ancestors }, () => {
      const renderSection = (title: string, text: string) => `\n${out.colors.bold(title)}\n${text}`;
      const sections = [details];
      if (sessions.length > 0)
        sections.push(renderSection('Sessions', renderSessions(sessions, out)));
      sections.push(renderSection('Invite codes', renderCodes(codes, out)));
      if (ancestors.length > 0)
        sections.push(renderSection('Referrers', renderAncestors(ancestors, out)));
      return sections.join('\n');
    });
  },
});

function renderCodes(codes: UserCode[], out: Output): string {
  return renderTable(
    codes,
    [
      { title: 'INVITE CODE', value: ({ code }) => code },
      { title: 'CREATED', value: ({ createdAt }) => formatTime(createdAt) },
      { title: 'EXPIRES', value: ({ expiresAt }) => formatTime(expiresAt) },
      { title: 'RETIRED', value: ({ retiredAt }) => formatTime(retiredAt) },
    ],
    out,
  );
}

function renderAncestors(ancestors: Ancestor[], out: Output): string {
  return renderTable(
    ancestors,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'PHONE', value: ({ phone }) => orDash(phone) },
      { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
      { title: 'INVITE CODE', value: ({ inviteCode }) => inviteCode },
      { title: 'ACTIVATED', value: ({ activatedAt }) => formatTime(activatedAt) },
    ],
    out,
  );
}
