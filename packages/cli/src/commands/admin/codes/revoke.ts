import { Argument } from 'commander';
import { define } from '../../../define.ts';

export const revoke = define<object, [code: string]>({
  name: 'revoke',
  summary: 'Take an invite code back for good; who activated it stays where they are',
  examples: ['invitree admin codes revoke K7MWQ2'],
  arguments: [new Argument('<code>', 'the invite code')],
  async run({ out, connect }, _options, code) {
    const revoked = await (await connect()).admin.revokeCode({ code });
    out.result(revoked, () => `${revoked.code} is revoked.`);
  },
});
