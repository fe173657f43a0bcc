import type { Forest } from './forest.ts';

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const DAY = 86_400_000;
/** Prime to both 10 and 31, so that no phone and no code comes twice; strewn as real ones are. */
const STEP = 387_420_489;

/** The made-up people of a forest as lines of COPY's text format. `epoch` is the newest one's sign-up. */
export function people({ users, referrer, top, count }: Forest, epoch: number) {
  const step = (2 * 365 * DAY) / users;
  const createdAt = (i: number) => Math.floor(epoch - (users - i) * step);

  /** A UUID v7 of the moment of sign-up. */
  function id(i: number): string {
    const time = createdAt(i).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${i.toString(16).padStart(12, '0')}`;
  }

  function code(i: number): string {
    let rest = (i * STEP) % ALPHABET.length ** 6;
    let text = '';
    for (let n = 0; n < 6; n++) {
      text += ALPHABET[rest % ALPHABET.length];
      rest = Math.floor(rest / ALPHABET.length);
    }
    return text;
  }

  const time = (ms: number) => new Date(ms).toISOString();
  const email = (i: number) => `user${i}@example.com`;

  return {
    id,
    code,
    email,
    tables: {
      users: {
        columns: 'id, phone, email, display_name, phone_verified_at, referral_count, created_at',
        row(i: number) {
          const phone = `+79${String((i * STEP) % 1e9).padStart(9, '0')}`;
          const at = time(createdAt(i));
          const name = i % 2 ? `User ${i}` : '\\N';
          return `${id(i)}\t${phone}\t${i % 5 ? '\\N' : email(i)}\t${name}\t${at}\t${count[i]}\t${at}\n`;
        },
      },
      invite_codes: {
        columns: 'code, user_id, created_at',
        row: (i: number) => `${code(i)}\t${id(i)}\t${time(createdAt(i))}\n`,
      },
      referrals: {
        columns: 'referee_id, referrer_id, top_id, invite_code, activated_at',
        row(i: number) {
          const above = referrer[i] as number;
          if (above === -1) return '';
          const at = time(createdAt(i) + 1000);
          return `${id(i)}\t${id(above)}\t${id(top[i] as number)}\t${code(above)}\t${at}\n`;
        },
      },
    },
  };
}
