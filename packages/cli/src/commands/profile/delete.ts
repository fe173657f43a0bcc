import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { confirm } from '../../prompts/prompt.ts';

export const deleteProfile = defineCommand<{ yes?: true }>({
  name: 'delete',
  summary: 'Delete your account and personal data',
  examples: ['invitree profile delete', 'invitree profile delete --yes'],
  options: [new Option('-y, --yes', 'Skip the confirmation')],
  async run({ io, out, connect }, { yes }) {
    await confirm(io, 'Delete your account? This cannot be undone.', yes);
    const result = await (await connect()).profile.delete({ confirm: true });
    out.result(result, () => 'Deleted your account.');
  },
});
