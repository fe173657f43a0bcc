import { defineCommand } from '../command.ts';
import { formatPhone } from '../output/format.ts';
import { resolveServer } from '../storage/servers.ts';

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'Show who is signed in',
  examples: ['invitree whoami', 'invitree whoami --json | jq -r .id'],
  async run({ io, out, connect, server }) {
    const [client, url] = await Promise.all([connect(), resolveServer(io.env, server)]);
    const { id, phone, email, displayName, role } = await client.profile.me();
    const name = displayName ?? (phone ? await formatPhone(phone) : email) ?? id;
    out.result(
      { server: url, id, phone, email, displayName, role },
      () => `Signed in to ${url} as ${name}${role === 'admin' ? ' (admin)' : ''}.`,
    );
  },
});
