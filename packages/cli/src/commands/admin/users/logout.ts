import { Option } from 'commander';
import { defineCommand } from '../../../command.ts';
import { findUserId } from '../../../find-user.ts';
import { userArgument } from '../../../options.ts';
import { pluralize } from '../../../output/format.ts';

export const logout = defineCommand<{ session?: string }, [user: string]>({
  name: 'logout',
  summary: "End a user's sessions",
  examples: [
    'invitree admin users logout +79991234567',
    'invitree admin users logout anna@example.com --session 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a',
  ],
  arguments: [userArgument()],
  options: [new Option('--session <id>', 'End only this session')],
  async run({ out, connect }, { session: sessionId }, user) {
    const client = await connect();
    const id = await findUserId(client, user);
    const result = await client.admin.revokeUserSessions({ id, sessionId });
    out.result(result, () => `Ended ${pluralize(result.revoked, 'session')}.`);
  },
});
