import { Argument } from 'commander';
import { define } from '../../define.ts';
import { when } from '../../words.ts';

export const find = define<object, [email: string]>({
  name: 'find',
  summary: "Find someone's invite code by their email",
  examples: ['invitree code find anna@example.com'],
  arguments: [new Argument('<email>', 'whose')],
  async run({ out, connect }, _options, email) {
    const found = await (await connect()).referral.findByEmail({ email });
    const { inviteCode, expiresAt } = found;
    out.result(found, () => (expiresAt ? `${inviteCode}, until ${when(expiresAt)}` : inviteCode));
  },
});
