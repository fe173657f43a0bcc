import type { AdminUser, Client } from '@invitree/sdk';
import { Argument } from 'commander';
import { define } from '../../../define.ts';
import { findUserId } from '../../../find-user.ts';

/** The four changes of a user's standing differ in one call and a few words. */
function change(
  name: string,
  summary: string,
  done: string,
  apply: (client: Client, id: string) => Promise<AdminUser>,
) {
  return define<object, [user: string]>({
    name,
    summary,
    examples: [
      `invitree admin users ${name} +79991234567`,
      `invitree admin users ${name} 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a --json`,
    ],
    arguments: [
      new Argument('<user>', 'id, phone, email, invite code, or the beginning of a name'),
    ],
    async run({ out, connect }, _options, user) {
      const client = await connect();
      const changed = await apply(client, await findUserId(client, user));
      const who = changed.displayName ?? changed.phone ?? changed.email ?? changed.id;
      out.result(changed, () => `${who} ${done}.`);
    },
  });
}

export const block = change(
  'block',
  'Block a user, which ends all their sessions at once',
  'is blocked',
  (client, id) => client.admin.setStatus({ id, status: 'blocked' }),
);

export const unblock = change(
  'unblock',
  'Let a blocked user in again',
  'may sign in again',
  (client, id) => client.admin.setStatus({ id, status: 'active' }),
);

export const promote = change('promote', 'Make a user an admin', 'is an admin', (client, id) =>
  client.admin.setRole({ id, role: 'admin' }),
);

export const demote = change(
  'demote',
  'Take the admin role from a user, though never from the last admin',
  'is no admin any more',
  (client, id) => client.admin.setRole({ id, role: 'user' }),
);
