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

/** Creates an account with an invite code, and returns its id; undefined if the email is taken. */
export async function createAccount(
  deps: Deps,
  tx: Sql,
  { email, emailVerdict, passwordHash, displayName }: NewAccount,
): Promise<string | undefined> {
  const now = new Date(deps.clock());
  const [user] = await tx.query<{ id: string; code: string | null }>(sql`
    with created as (
      insert into users (id, email, email_verdict, password_hash, display_name, created_at)
      values (${uuidv7()}, ${email}, ${emailVerdict}, ${passwordHash}, ${displayName}, ${now})
      on conflict do nothing returning id, created_at
    ), invite_code as (
      insert into invite_codes (code, user_id, created_at)
      select ${randomInviteCode()}, id, created_at from created
      on conflict (code) do nothing returning code
    )
    select id, code from created left join invite_code on true`);
  // The random code has been issued before.
  if (user?.code === null) await issueInviteCode(deps, tx, user.id);
  return user?.id;
}
