import { Option } from 'commander';
import { define } from '../define.ts';
import { count } from '../words.ts';

export const logout = define<{ everywhere?: true }>({
  name: 'logout',
  summary: 'End this session, or all of mine',
  examples: ['invitree logout', 'invitree logout --everywhere'],
  options: [new Option('--everywhere', 'on all devices')],
  async run({ out, connect }, { everywhere = false }) {
    const client = await connect();
    const answer = await client.auth.logout({ everywhere });
    out.result(answer, () => `Signed out: ${count(answer.revoked, 'session')} ended.`);
  },
});
