import { InvalidArgumentError, Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { renderInviteCode } from '../../output/invite-code.ts';

/** Milliseconds */
const DAY = 86_400_000;
const UNITS: Record<string, number> = { h: DAY / 24, d: DAY, w: 7 * DAY };

export const create = defineCommand<{ expires: Date; customCode?: string }>({
  name: 'create',
  summary: 'Create an invite code',
  description:
    'Create an invite code. You can have one active code at a time: delete the current one first.',
  examples: [
    'invitree code create --expires 30d',
    'invitree code create --expires 2027-01-31 --custom-code ANNA-2027',
  ],
  options: [
    new Option('--expires <when>', 'Duration such as 12h, 30d or 4w, or a date; at most one year')
      .argParser(parseExpiry)
      .default(new Date(Date.now() + 365 * DAY), 'one year'),
    new Option('--custom-code <code>', 'Custom code: 4 to 20 characters of A-Z, 0-9 and -'),
  ],
  async run({ out, connect }, { expires, customCode }) {
    const client = await connect();
    const code = await client.referral.createCode({
      expiresAt: expires.toISOString(),
      code: customCode,
    });
    out.result(code, () => renderInviteCode(code, out));
  },
});

function parseExpiry(text: string): Date {
  const [, number, unit = ''] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const time = number ? Date.now() + Number(number) * (UNITS[unit] as number) : Date.parse(text);
  const date = new Date(time);
  if (Number.isNaN(+date))
    throw new InvalidArgumentError('Use a duration such as 30d or a date such as 2027-01-31.');
  return date;
}
