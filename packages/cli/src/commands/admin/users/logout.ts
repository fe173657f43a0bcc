import { Argument, Option } from 'commander';
import { define } from '../../../define.ts';
import { findUserId } from '../../../find-user.ts';
import { count } from '../../../words.ts';

export const logout = define<{ session?: string }, [user: string]>({
  name: 'logout',
  summary: "End all of a user's sessions, or one of them",
  examples: [
    'invitree admin users logout +79991234567',
    'invitree admin users logout anna@example.com --session 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a',
  ],
  arguments: [new Argument('<user>', 'id, phone, email, invite code, or the beginning of a name')],
  options: [new Option('--session <id>', 'only this one')],
  async run({ out, connect }, { session: sessionId }, user) {
    const client = await connect();
    const id = await findUserId(client, user);
    const answer = await client.admin.revokeUserSessions({ id, sessionId });
    out.result(answer, () => `${count(answer.revoked, 'session')} ended.`);
  },
});
