import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';

export const check = defineCommand<object, [code: string]>({
  name: 'check',
  summary: 'Check whether an invite code is valid',
  examples: ['invitree code check K7MWQ2'],
  arguments: [new Argument('<code>', 'Invite code')],
  async run({ out, connect }, _options, inviteCode) {
    const checked = await (await connect()).referral.checkCode({ code: inviteCode });
    const { code, valid, referrerName } = checked;
    out.result(checked, () => {
      if (!valid) return `${code} is not a valid invite code, or it has expired.`;
      return `${code} is a valid invite code${referrerName ? ` from ${referrerName}` : ''}.`;
    });
  },
});
