import { Option } from 'commander';
import { defineCommand } from '../../../command.ts';
import { pluralize } from '../../../output/format.ts';
import { confirm } from '../../../prompts/prompt.ts';

export const endAll = defineCommand<{ yes?: true }>({
  name: 'end-all',
  summary: 'End every session of every user',
  description: 'End every session of every user, your own included. Use it after a leak.',
  examples: ['invitree admin sessions end-all', 'invitree admin sessions end-all --yes'],
  options: [new Option('-y, --yes', 'Skip the confirmation')],
  async run({ io, out, connect }, { yes }) {
    const client = await connect();
    await confirm(io, 'End every session of every user, your own included?', yes);
    const result = await client.admin.endAllSessions();
    out.result(result, () => `Ended ${pluralize(result.revoked, 'session')}.`);
  },
});
