import { Option } from 'commander';
import { define } from '../../define.ts';
import { confirm } from '../../questions.ts';

export const deleteCode = define<{ yes?: true }>({
  name: 'delete',
  summary: 'Delete my invite code, which is never valid again',
  examples: ['invitree code delete', 'invitree code delete --yes'],
  options: [new Option('-y, --yes', 'do not ask')],
  async run({ io, out, connect }, { yes }) {
    await confirm(io, 'Delete it? Nobody will ever have this code again.', yes);
    const answer = await (await connect()).referral.deleteCode();
    out.result(answer, () => 'Your invite code is deleted. Those it brought stay.');
  },
});
