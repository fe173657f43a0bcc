import { defineCommand } from '../../command.ts';

export const exportProfile = defineCommand({
  name: 'export',
  summary: 'Print all data stored about you as JSON',
  examples: ['invitree profile export > me.json'],
  async run({ out, connect }) {
    const data = await (await connect()).profile.export();
    out.result(data, () => JSON.stringify(data, null, 2));
  },
});
