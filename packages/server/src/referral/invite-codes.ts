import { randomInt } from 'node:crypto';
import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { emailCountsSql } from '../identity/verified-email.ts';
import { isClean } from './profanity.ts';

/**
 * Leaves out 0, O, 1, I and L, which are easy to confuse when read aloud or copied by hand.
 * 31 characters make 887 million codes of 6.
 */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 6;

export interface InviteCode {
  code: string;
  createdAt: Date;
  /** null if the code never expires */
  expiresAt: Date | null;
  active: boolean;
}

/** Returns the form in which codes are stored and compared: trimmed and in upper case. */
export function normalizeInviteCode(text: string): string {
  return text.trim().toUpperCase();
}

/**
 * True if a normalized text has the format of a code. Other texts are not looked up: PostgreSQL
 * rejects some of them, such as those with NUL characters.
 */
export function isInviteCode(text: string): boolean {
  return /^[A-Z0-9-]{4,20}$/.test(text);
}

/** Gives a user a random code. The primary key guarantees that nobody has ever had it. */
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

/**
 * Deletes the user's code, expired or not. It stops working and is never issued again. Referrals
 * that it created stay.
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function deleteInviteCode(
  { clock, inviteCodeCache, database }: Deps,
  userId: string,
): Promise<void> {
  const [deleted] = await database.query<{ code: string }>(sql`
    update invite_codes set retired_at = ${new Date(clock())}
    where user_id = ${userId} and retired_at is null returning code`);
  if (!deleted) throw new DomainError('INVITE_CODE_NOT_FOUND');
  await inviteCodeCache.forget(deleted.code);
}

/** Returns the user's code, even if it has expired, or null if they deleted it. */
export async function findOwnInviteCode(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  userId: string,
): Promise<InviteCode | null> {
  const [code] = await database.query<InviteCode>(sql`
    select code, created_at as "createdAt", expires_at as "expiresAt",
      expires_at is null or expires_at > ${new Date(clock())} as active
    from invite_codes where user_id = ${userId} and retired_at is null`);
  return code ?? null;
}

/**
 * Returns the active code of the user with this email. In production the email must be proved, so
 * that nobody registers someone's address to pass off their own code as theirs. An unknown email
 * and a user without an active code are indistinguishable.
 * @param email normalized
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function findInviteCodeByEmail(
  { config, clock, database }: Pick<Deps, 'config' | 'clock' | 'database'>,
  email: string,
): Promise<{ inviteCode: string; expiresAt: Date | null }> {
  const [found] = await database.query<{ inviteCode: string; expiresAt: Date | null }>(sql`
    select c.code as "inviteCode", c.expires_at as "expiresAt"
    from users u join invite_codes c on c.user_id = u.id and c.retired_at is null
    where u.email = ${email} and u.status = 'active'
      and ${emailCountsSql({ config }, sql`u.email_verified_at`)}
      and (c.expires_at is null or c.expires_at > ${new Date(clock())})`);
  if (!found) throw new DomainError('INVITE_CODE_NOT_FOUND');
  return found;
}

export function randomInviteCode(): string {
  for (;;) {
    const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
      '',
    );
    if (isClean(code)) return code;
  }
}
