import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { formatTime } from '../../output/format.ts';

export const find = defineCommand<object, [email: string]>({
  name: 'find',
  summary: "Find a user's invite code by email",
  examples: ['invitree code find anna@example.com'],
  arguments: [new Argument('<email>', 'Email of the user')],
  async run({ out, connect }, _options, email) {
    const found = await (await connect()).referral.findByEmail({ email });
    const { inviteCode, expiresAt } = found;
    out.result(found, () =>
      expiresAt ? `${inviteCode} (expires ${formatTime(expiresAt)})` : inviteCode,
    );
  },
});
