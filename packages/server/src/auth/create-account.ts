import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { issueInviteCode, randomInviteCode } from '../referral/invite-codes.ts';
import type { AcceptedVerdict } from './enrichment.ts';

interface NewAccount {
  /** Normalised */
  email: string;
  emailVerdict: AcceptedVerdict | undefined;
  passwordHash: string;
  displayName?: string | undefined;
}

/** Makes an account and its invite code; undefined if the email has one. */
export async function createAccount(
  deps: Deps,
  tx: Sql,
  { email, emailVerdict, passwordHash, displayName }: NewAccount,
): Promise<string | undefined> {
  const [user] = await tx.query<{ id: string; code: string | null }>(sql`
    with made as (
      insert into users (id, email, email_verdict, password_hash, display_name, created_at)
      values (${uuidv7()}, ${email}, ${emailVerdict}, ${passwordHash}, ${displayName}, ${new Date(deps.clock())})
      on conflict do nothing returning id, created_at
    ), issued as (
      insert into invite_codes (code, user_id, created_at)
      select ${randomInviteCode()}, id, created_at from made on conflict (code) do nothing returning code
    )
    select id, code from made left join issued on true`);
  // Somebody has or had the code that was drawn.
  if (user?.code === null) await issueInviteCode(deps, tx, user.id);
  return user?.id;
}
