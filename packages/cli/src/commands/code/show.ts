import { defineCommand } from '../../command.ts';
import { renderInviteCode } from '../../output/invite-code.ts';

export const show = defineCommand({
  name: 'show',
  summary: 'Show your invite code',
  examples: ['invitree code show', 'invitree code show --json | jq -r .code'],
  async run({ out, connect }) {
    const code = await (await connect()).referral.myCode();
    out.result(code, () =>
      code
        ? renderInviteCode(code, out)
        : 'You have no invite code. Create one with `invitree code create`.',
    );
  },
});
