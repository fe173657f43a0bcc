import { Option } from 'commander';
import { defineCommand } from '../command.ts';
import { pluralize } from '../output/format.ts';

export const logout = defineCommand<{ everywhere?: true }>({
  name: 'logout',
  summary: 'Sign out',
  examples: ['invitree logout', 'invitree logout --everywhere'],
  options: [new Option('--everywhere', 'End all of your sessions, on every device')],
  async run({ out, connect }, { everywhere = false }) {
    const client = await connect();
    const result = await client.auth.logout({ everywhere });
    out.result(result, () =>
      result.revoked === 0
        ? 'You are already signed out.'
        : `Signed out. Ended ${pluralize(result.revoked, 'session')}.`,
    );
  },
});
