import { define } from '../../define.ts';

export const exportProfile = define({
  name: 'export',
  summary: 'Print every fact stored about me, as JSON',
  examples: ['invitree profile export > me.json'],
  async run({ out, connect }) {
    const facts = await (await connect()).profile.export();
    out.result(facts, () => JSON.stringify(facts, null, 2));
  },
});
