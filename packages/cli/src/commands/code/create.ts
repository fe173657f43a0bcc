import { InvalidArgumentError, Option } from 'commander';
import { define } from '../../define.ts';
import { showCode } from '../../show-code.ts';

const DAY = 86_400_000;
const UNITS: Record<string, number> = { h: DAY / 24, d: DAY, w: 7 * DAY };

export const create = define<{ expires: Date; wording?: string }>({
  name: 'create',
  summary: 'Make an invite code, once there is no active one',
  examples: [
    'invitree code create --expires 30d',
    'invitree code create --expires 2027-01-31 --wording ANNA-2027',
  ],
  options: [
    new Option('--expires <when>', 'like 12h, 30d or 4w, or a date; at most a year ahead')
      .argParser(readExpiry)
      .default(new Date(Date.now() + 365 * DAY), 'a year from now'),
    new Option('--wording <code>', 'your own, 4 to 20 of A-Z, 0-9 and -'),
  ],
  async run({ out, connect }, { expires, wording }) {
    const client = await connect();
    const code = await client.referral.createCode({
      expiresAt: expires.toISOString(),
      code: wording,
    });
    out.result(code, () => showCode(code, out));
  },
});

function readExpiry(text: string): Date {
  const [, number, unit = ''] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const time = number ? Date.now() + Number(number) * (UNITS[unit] as number) : Date.parse(text);
  const date = new Date(time);
  if (Number.isNaN(+date)) throw new InvalidArgumentError('Say it like 30d or 2027-01-31.');
  return date;
}
