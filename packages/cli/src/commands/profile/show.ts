import { defineCommand } from '../../command.ts';
import { renderProfile } from '../../output/profile.ts';

export const show = defineCommand({
  name: 'show',
  summary: 'Show your profile',
  examples: ['invitree profile', 'invitree profile --json | jq .referralCount'],
  async run({ out, connect }) {
    const profile = await (await connect()).profile.me();
    const text = await renderProfile(profile, out);
    out.result(profile, () => text);
  },
});
