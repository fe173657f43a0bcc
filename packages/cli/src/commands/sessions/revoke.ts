import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { pluralize } from '../../output/format.ts';
import { withProof } from '../../prompts/proof.ts';

export const revoke = defineCommand<object, [id: string]>({
  name: 'revoke',
  summary: 'End one of your sessions',
  examples: ['invitree sessions revoke 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'],
  arguments: [new Argument('<id>', 'ID from `invitree sessions list`')],
  async run(context, _options, id) {
    const client = await context.connect();
    const result = await withProof(context, client, () => client.auth.revokeSession({ id }));
    context.out.result(result, () => `Ended ${pluralize(result.revoked, 'session')}.`);
  },
});
