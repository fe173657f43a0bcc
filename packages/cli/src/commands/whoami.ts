import { define } from '../define.ts';
import { formatPhone } from '../phones.ts';
import { resolveServer } from '../settings.ts';

export const whoami = define({
  name: 'whoami',
  summary: 'Who is signed in, and where',
  examples: ['invitree whoami', 'invitree whoami --json | jq -r .id'],
  async run({ io, out, connect, server }) {
    const [client, url] = await Promise.all([connect(), resolveServer(io.env, server)]);
    const { id, phone, email, displayName, role } = await client.profile.me();
    const name = displayName ?? (phone ? await formatPhone(phone) : email) ?? id;
    out.result(
      { server: url, id, phone, email, displayName, role },
      () => `${name}${role === 'admin' ? ' (admin)' : ''} at ${url}`,
    );
  },
});
