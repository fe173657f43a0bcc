import { defineCommand } from '../../../command.ts';
import { findUserId } from '../../../find-user.ts';
import { userArgument } from '../../../options.ts';

export const unlock = defineCommand<object, [user: string]>({
  name: 'unlock',
  summary: 'Let a locked-out user sign in again',
  description:
    'Let a locked-out user sign in again: reset the limits on wrong codes, sent codes and wrong passwords.',
  examples: ['invitree admin users unlock +79991234567'],
  arguments: [userArgument()],
  async run({ out, connect }, _options, query) {
    const client = await connect();
    const result = await client.admin.unlockUser({ id: await findUserId(client, query) });
    out.result(result, () => `Unlocked ${query}.`);
  },
});
