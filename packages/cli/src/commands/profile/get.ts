import { Argument } from 'commander';
import { define } from '../../define.ts';
import { facts } from '../../table.ts';
import { orDash, when } from '../../words.ts';

export const get = define<object, [id: string]>({
  name: 'get',
  summary: 'Show someone whom I brought',
  examples: ['invitree profile get 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'],
  arguments: [new Argument('<id>', 'from `invitree referrals list --json`')],
  async run({ out, connect }, _options, id) {
    const profile = await (await connect()).profile.get({ id });
    out.result(profile, () =>
      facts(
        [
          ['Name', orDash(profile.displayName)],
          ['Phone', orDash(profile.phone)],
          ['Invite code', orDash(profile.inviteCode)],
          ['Since', when(profile.createdAt)],
        ],
        out,
      ),
    );
  },
});
