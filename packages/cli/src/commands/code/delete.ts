import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { confirm } from '../../prompts/prompt.ts';

export const deleteCode = defineCommand<{ yes?: true }>({
  name: 'delete',
  summary: 'Delete your invite code',
  description: 'Delete your invite code. It can never be used again. You keep your referrals.',
  examples: ['invitree code delete', 'invitree code delete --yes'],
  options: [new Option('-y, --yes', 'Skip the confirmation')],
  async run({ io, out, connect }, { yes }) {
    await confirm(io, 'Delete your invite code? It can never be used again.', yes);
    const result = await (await connect()).referral.deleteCode();
    out.result(result, () => 'Deleted your invite code. You keep your referrals.');
  },
});
