import { Argument } from 'commander';
import { define } from '../define.ts';

export const activate = define<object, [code: string]>({
  name: 'activate',
  summary: "Activate someone's invite code, once in a lifetime",
  examples: ['invitree activate K7MWQ2'],
  arguments: [new Argument('<code>', 'the invite code')],
  async run({ out, connect }, _options, inviteCode) {
    const client = await connect();
    const activation = await client.referral.activate({ inviteCode });
    out.result(activation, () => `Activated ${activation.inviteCode}.`);
  },
});
