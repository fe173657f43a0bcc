import { define } from '../../define.ts';
import { profileFacts } from '../../show-profile.ts';

export const show = define({
  name: 'show',
  summary: 'Show my profile',
  examples: ['invitree profile', 'invitree profile --json | jq .referralCount'],
  async run({ out, connect }) {
    const profile = await (await connect()).profile.me();
    const words = await profileFacts(profile, out);
    out.result(profile, () => words);
  },
});
