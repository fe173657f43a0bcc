import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { confirm } from '../../prompts/prompt.ts';
import { withProof } from '../../prompts/proof.ts';

export const deleteProfile = defineCommand<{ yes?: true }>({
  name: 'delete',
  summary: 'Delete your account and personal data',
  examples: ['invitree profile delete', 'invitree profile delete --yes'],
  options: [new Option('-y, --yes', 'Skip the confirmation')],
  async run(context, { yes }) {
    const { io, out } = context;
    await confirm(io, 'Delete your account? This cannot be undone.', yes);
    const client = await context.connect();
    const result = await withProof(context, client, () => client.profile.delete({ confirm: true }));
    out.result(result, () => 'Deleted your account.');
  },
});
