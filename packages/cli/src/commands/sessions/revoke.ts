import { Argument } from 'commander';
import { define } from '../../define.ts';
import { count } from '../../words.ts';

export const revoke = define<object, [id: string]>({
  name: 'revoke',
  summary: 'End one of my sessions',
  examples: ['invitree sessions revoke 019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a'],
  arguments: [new Argument('<id>', 'from `invitree sessions list`')],
  async run({ out, connect }, _options, id) {
    const answer = await (await connect()).auth.revokeSession({ id });
    out.result(answer, () => `${count(answer.revoked, 'session')} ended.`);
  },
});
