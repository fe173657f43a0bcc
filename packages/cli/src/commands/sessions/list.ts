import { defineCommand } from '../../command.ts';
import { renderSessions } from '../../output/sessions.ts';

export const list = defineCommand({
  name: 'list',
  summary: 'List your sessions',
  examples: ['invitree sessions list', 'invitree sessions list --json'],
  async run({ out, connect }) {
    const { items } = await (await connect()).auth.sessions();
    out.result(items, () => renderSessions(items, out));
  },
});
