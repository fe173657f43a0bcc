import type { AdminUser, Client } from '@invitree/sdk';
import { defineCommand } from '../../../command.ts';
import { findUserId } from '../../../find-user.ts';
import { userArgument } from '../../../options.ts';

interface Definition {
  name: string;
  summary: string;
  description?: string;
  update(client: Client, id: string): Promise<AdminUser>;
  message(user: string): string;
}

/** Defines a command that changes the status or role of one user. */
function defineUpdate({ name, summary, description, update, message }: Definition) {
  return defineCommand<object, [user: string]>({
    name,
    summary,
    ...(description && { description }),
    examples: [
      `invitree admin users ${name} +79991234567`,
      `invitree admin users ${name} 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a --json`,
    ],
    arguments: [userArgument()],
    async run({ out, connect }, _options, query) {
      const client = await connect();
      const user = await update(client, await findUserId(client, query));
      const name = user.displayName ?? user.phone ?? user.email ?? user.id;
      out.result(user, () => message(name));
    },
  });
}

export const block = defineUpdate({
  name: 'block',
  summary: 'Block a user and end their sessions',
  update: (client, id) => client.admin.setStatus({ id, status: 'blocked' }),
  message: (user) => `Blocked ${user}.`,
});

export const unblock = defineUpdate({
  name: 'unblock',
  summary: 'Unblock a user',
  update: (client, id) => client.admin.setStatus({ id, status: 'active' }),
  message: (user) => `Unblocked ${user}.`,
});

export const promote = defineUpdate({
  name: 'promote',
  summary: 'Make a user an admin',
  update: (client, id) => client.admin.setRole({ id, role: 'admin' }),
  message: (user) => `${user} is now an admin.`,
});

export const demote = defineUpdate({
  name: 'demote',
  summary: "Remove a user's admin role",
  description: "Remove a user's admin role. The last admin cannot be demoted.",
  update: (client, id) => client.admin.setRole({ id, role: 'user' }),
  message: (user) => `${user} is no longer an admin.`,
});
