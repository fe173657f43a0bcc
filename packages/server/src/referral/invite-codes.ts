import { randomInt } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Deps, Sql } from '../ports.ts';

/** Without 0 O, 1 I L: what is read aloud or off a screen arrives as it was. 31 letters, 887 million codes of 6. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 6;

export interface InviteCode {
  code: string;
  createdAt: Date;
  /** null: never */
  expiresAt: Date | null;
  active: boolean;
}

/** How codes are kept and compared: case and surrounding blanks do not matter. */
export function normalizeInviteCode(text: string): string {
  return text.trim().toUpperCase();
}

/** Gives a user a code that nobody ever had; the primary key says which those are. */
export async function issueInviteCode(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  userId: string,
): Promise<string> {
  for (;;) {
    const [issued] = await tx.query<{ code: string }>(sql`
      insert into invite_codes (code, user_id, created_at)
      values (${randomInviteCode()}, ${userId}, ${new Date(clock())})
      on conflict (code) do nothing returning code`);
    if (issued) return issued.code;
  }
}

function randomInviteCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** The user's code, also one that has expired; null if they deleted it. */
export async function findOwnCode(
  { clock, database }: Deps,
  userId: string,
): Promise<InviteCode | null> {
  const [code] = await database.query<InviteCode>(sql`
    select code, created_at as "createdAt", expires_at as "expiresAt",
      expires_at is null or expires_at > ${new Date(clock())} as active
    from invite_codes where user_id = ${userId} and retired_at is null`);
  return code ?? null;
}

export interface CheckedCode {
  code: string;
  valid: boolean;
  expiresAt: Date | null;
  referrerName: string | null;
}

/** What anyone may know of a code. One that is unknown, deleted, expired or a blocked user's is simply not valid. */
export async function checkCode({ clock, database }: Deps, text: string): Promise<CheckedCode> {
  const code = normalizeInviteCode(text);
  const [found] = await database.query<{ expiresAt: Date | null; referrerName: string | null }>(sql`
    select c.expires_at as "expiresAt", u.display_name as "referrerName"
    from invite_codes c join users u on u.id = c.user_id
    where c.code = ${code} and c.retired_at is null and u.status = 'active'`);
  const valid = found !== undefined && (!found.expiresAt || +found.expiresAt > clock());
  return {
    code,
    valid,
    expiresAt: found?.expiresAt ?? null,
    referrerName: valid ? found.referrerName : null,
  };
}
