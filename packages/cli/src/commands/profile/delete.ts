import { Option } from 'commander';
import { define } from '../../define.ts';
import { confirm } from '../../questions.ts';

export const deleteProfile = define<{ yes?: true }>({
  name: 'delete',
  summary: 'Delete my account and all that is known of me',
  examples: ['invitree profile delete', 'invitree profile delete --yes'],
  options: [new Option('-y, --yes', 'do not ask')],
  async run({ io, out, connect }, { yes }) {
    await confirm(io, 'Delete your account? Nothing brings it back.', yes);
    const answer = await (await connect()).profile.delete({ confirm: true });
    out.result(answer, () => 'Your account is deleted.');
  },
});
