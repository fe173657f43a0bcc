import { Option } from 'commander';
import { defineCommand } from '../command.ts';
import { pluralize } from '../output/format.ts';
import { withProof } from '../prompts/proof.ts';

export const logout = defineCommand<{ everywhere?: true }>({
  name: 'logout',
  summary: 'Sign out',
  examples: ['invitree logout', 'invitree logout --everywhere'],
  options: [new Option('--everywhere', 'End all of your sessions, on every device')],
  async run(context, { everywhere = false }) {
    const client = await context.connect();
    const result = await withProof(context, client, () => client.auth.logout({ everywhere }));
    context.out.result(result, () =>
      result.revoked === 0
        ? 'You are already signed out.'
        : `Signed out. Ended ${pluralize(result.revoked, 'session')}.`,
    );
  },
});
