import { define } from '../../define.ts';
import { showCode } from '../../show-code.ts';

export const show = define({
  name: 'show',
  summary: 'Show my invite code',
  examples: ['invitree code show', 'invitree code show --json | jq -r .code'],
  async run({ out, connect }) {
    const code = await (await connect()).referral.myCode();
    out.result(code, () =>
      code ? showCode(code, out) : 'You have none. Create one with `invitree code create`.',
    );
  },
});
