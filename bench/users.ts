import type { Forest } from './forest.ts';

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const DAY = 86_400_000;
/** Coprime to 10 and 31, so that phones and codes are unique and look randomly distributed. */
const STEP = 387_420_489;

/**
 * The rows of a forest's users in COPY's text format.
 * @param epoch when the newest user signed up, in Unix milliseconds
 */
export function generateUsers({ users, referrer, top, count }: Forest, epoch: number) {
  const step = (2 * 365 * DAY) / users;
  const createdAt = (i: number) => Math.floor(epoch - (users - i) * step);

  /** A UUID v7 with the time of the sign-up. */
  function id(i: number): string {
    const time = createdAt(i).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${i.toString(16).padStart(12, '0')}`;
  }

  function inviteCode(i: number): string {
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
    inviteCode,
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
        row: (i: number) => `${inviteCode(i)}\t${id(i)}\t${time(createdAt(i))}\n`,
      },
      referrals: {
        columns: 'referee_id, referrer_id, top_id, invite_code, activated_at',
        row(i: number) {
          const parent = referrer[i] as number;
          if (parent === -1) return '';
          const at = time(createdAt(i) + 1000);
          return `${id(i)}\t${id(parent)}\t${id(top[i] as number)}\t${inviteCode(parent)}\t${at}\n`;
        },
      },
    },
  };
}
