import { Argument } from 'commander';
import { defineCommand } from '../command.ts';

export const activate = defineCommand<object, [code: string]>({
  name: 'activate',
  summary: "Activate your referrer's invite code",
  description:
    'Activate the invite code of the person who referred you. You can do this only once.',
  examples: ['invitree activate K7MWQ2'],
  arguments: [new Argument('<code>', 'Invite code')],
  async run({ out, connect }, _options, inviteCode) {
    const client = await connect();
    const activation = await client.referral.activate({ inviteCode });
    out.result(activation, () => `Activated invite code ${activation.inviteCode}.`);
  },
});
