import { define } from '../../define.ts';
import { sessionTable } from '../../show-sessions.ts';

export const list = define({
  name: 'list',
  summary: 'List where I am signed in',
  examples: ['invitree sessions list', 'invitree sessions list --json'],
  async run({ out, connect }) {
    const { items } = await (await connect()).auth.sessions();
    out.result(items, () => sessionTable(items, out));
  },
});
