import { Argument } from 'commander';
import { define } from '../../define.ts';

export const check = define<object, [code: string]>({
  name: 'check',
  summary: 'Tell whether an invite code can be activated',
  examples: ['invitree code check K7MWQ2'],
  arguments: [new Argument('<code>', 'the invite code')],
  async run({ out, connect }, _options, code) {
    const checked = await (await connect()).referral.checkCode({ code });
    const by = checked.referrerName ? `, by ${checked.referrerName}` : '';
    out.result(checked, () =>
      checked.valid
        ? `${checked.code} is good${by}.`
        : `${checked.code} is not, or no longer, valid.`,
    );
  },
});
