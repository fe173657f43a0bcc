import { Argument } from 'commander';
import { define } from '../../../define.ts';
import { findUserId } from '../../../find-user.ts';
import { profileFacts } from '../../../show-profile.ts';
import { sessionTable } from '../../../show-sessions.ts';
import { table } from '../../../table.ts';
import { orDash, when } from '../../../words.ts';

export const show = define<object, [user: string]>({
  name: 'show',
  summary: 'Show a user: profile, sessions, invite codes and who brought them',
  examples: ['invitree admin users show +79991234567', 'invitree admin users show K7MWQ2 --json'],
  arguments: [new Argument('<user>', 'id, phone, email, invite code, or the beginning of a name')],
  async run({ out, connect }, _options, user) {
    const client = await connect();
    const id = await findUserId(client, user);
    const [profile, { items: sessions }, { items: codes }, line] = await Promise.all([
      client.admin.getUser({ id }),
      client.admin.userSessions({ id }),
      client.admin.userCodes({ id }),
      client.admin.ancestors({ id, limit: 100 }),
    ]);
    const words = await profileFacts(profile, out);
    out.result({ ...profile, sessions, codes, line: line.items }, () => {
      const part = (title: string, text: string) => `\n${out.colors.bold(title)}\n${text}`;
      return [
        words,
        sessions.length > 0 ? part('Sessions', sessionTable(sessions, out)) : '',
        part(
          'Invite codes',
          table(
            codes,
            [
              { title: 'CODE', value: ({ code }) => code },
              { title: 'SINCE', value: ({ createdAt }) => when(createdAt) },
              { title: 'EXPIRES', value: ({ expiresAt }) => when(expiresAt) },
              { title: 'RETIRED', value: ({ retiredAt }) => when(retiredAt) },
            ],
            out,
          ),
        ),
        line.items.length > 0
          ? part(
              'Brought by',
              table(
                line.items,
                [
                  { title: 'ID', value: ({ id }) => id },
                  { title: 'PHONE', value: ({ phone }) => orDash(phone) },
                  { title: 'NAME', value: ({ displayName }) => orDash(displayName) },
                  { title: 'BY CODE', value: ({ inviteCode }) => inviteCode },
                  { title: 'ON', value: ({ activatedAt }) => when(activatedAt) },
                ],
                out,
              ),
            )
          : '',
      ]
        .filter(Boolean)
        .join('\n');
    });
  },
});
