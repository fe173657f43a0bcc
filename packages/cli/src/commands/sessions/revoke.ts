import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { pluralize } from '../../output/format.ts';

export const revoke = defineCommand<object, [id: string]>({
  name: 'revoke',
  summary: 'End one of your sessions',
  examples: ['invitree sessions revoke 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'],
  arguments: [new Argument('<id>', 'ID from `invitree sessions list`')],
  async run({ out, connect }, _options, id) {
    const result = await (await connect()).auth.revokeSession({ id });
    out.result(result, () => `Ended ${pluralize(result.revoked, 'session')}.`);
  },
});
