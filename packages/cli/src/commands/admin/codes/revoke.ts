import { Argument } from 'commander';
import { defineCommand } from '../../../command.ts';

export const revoke = defineCommand<object, [code: string]>({
  name: 'revoke',
  summary: "Revoke a user's invite code",
  description:
    "Revoke a user's invite code. It can never be used again. Users who activated it keep their referrer.",
  examples: ['invitree admin codes revoke K7MWQ2'],
  arguments: [new Argument('<code>', 'Invite code')],
  async run({ out, connect }, _options, code) {
    const revoked = await (await connect()).admin.revokeCode({ code });
    out.result(revoked, () => `Revoked invite code ${revoked.code}.`);
  },
});
