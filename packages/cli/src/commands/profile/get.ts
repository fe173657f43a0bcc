import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { formatTime, orDash } from '../../output/format.ts';
import { renderDetails } from '../../output/table.ts';

export const get = defineCommand<object, [id: string]>({
  name: 'get',
  summary: 'Show one of your referrals',
  examples: ['invitree profile get 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'],
  arguments: [new Argument('<id>', 'ID from `invitree referrals list --json`')],
  async run({ out, connect }, _options, id) {
    const profile = await (await connect()).profile.get({ id });
    out.result(profile, () =>
      renderDetails(
        [
          ['Name', orDash(profile.displayName)],
          ['Phone', orDash(profile.phone)],
          ['Invite code', orDash(profile.inviteCode)],
          ['Joined', formatTime(profile.createdAt)],
        ],
        out,
      ),
    );
  },
});
