import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import type { Deps, Sql } from '../ports.ts';
import { issueInviteCode } from '../referral/invite-codes.ts';
import type { AcceptedVerdict } from './outside-help.ts';

interface NewAccount {
  /** E.164 */
  phone?: string;
  /** Normalised */
  email?: string;
  emailVerdict?: AcceptedVerdict | undefined;
  passwordHash?: string;
  displayName?: string | undefined;
}

/** Makes an account and its invite code; undefined if the phone or the email has one. */
export async function createAccount(
  deps: Deps,
  tx: Sql,
  { phone, email, emailVerdict, passwordHash, displayName }: NewAccount,
): Promise<string | undefined> {
  const [user] = await tx.query<{ id: string }>(sql`
    insert into users (id, phone, email, email_verdict, password_hash, display_name, created_at)
    values (${uuidv7()}, ${phone}, ${email}, ${emailVerdict}, ${passwordHash}, ${displayName}, ${new Date(deps.clock())})
    on conflict do nothing returning id`);
  if (user) await issueInviteCode(deps, tx, user.id);
  return user?.id;
}
