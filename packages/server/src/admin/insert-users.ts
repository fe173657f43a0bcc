import sql from 'sql-template-tag';
import { Retry, type Sql } from '../database/port.ts';
import { randomInviteCode } from '../referral/invite-codes.ts';
import type { ImportedUser } from './user-lines.ts';

/**
 * Inserts users and their invite codes. Throws Retry if one of their phones, emails or codes has
 * been taken since they were checked.
 */
export async function insertUsers(tx: Sql, users: ImportedUser[]): Promise<void> {
  const column = <Key extends keyof ImportedUser>(key: Key) => users.map((user) => user[key]);
  const inserted = await tx.query(sql`
    insert into users (id, phone, email, display_name, status, created_at)
    select * from unnest(${column('id')}::uuid[], ${column('phone')}::text[],
      ${column('email')}::text[], ${column('displayName')}::text[],
      ${column('status')}::user_status[], ${column('createdAt')}::timestamptz[])
    on conflict do nothing returning id`);
  if (inserted.length < users.length) throw new Retry();
  const withCode = users.filter(({ inviteCode }) => inviteCode !== null);
  if ((await insertInviteCodes(tx, withCode)).size < withCode.length) throw new Retry();
  let withoutCode = users.filter(({ inviteCode }) => inviteCode === null);
  while (withoutCode.length > 0) {
    const withRandomCode = withoutCode.map((user) => ({ ...user, inviteCode: randomInviteCode() }));
    const done = await insertInviteCodes(tx, withRandomCode);
    withoutCode = withoutCode.filter(({ id }) => !done.has(id));
  }
}

/** Returns the ids of the users whose codes were free. */
async function insertInviteCodes(tx: Sql, users: ImportedUser[]): Promise<Set<string>> {
  const inserted = await tx.query<{ userId: string }>(sql`
    insert into invite_codes (code, user_id, created_at)
    select * from unnest(${users.map(({ inviteCode }) => inviteCode)}::text[],
      ${users.map(({ id }) => id)}::uuid[],
      ${users.map(({ createdAt }) => createdAt)}::timestamptz[])
    on conflict do nothing returning user_id as "userId"`);
  return new Set(inserted.map(({ userId }) => userId));
}
